export { HealthScreen } from './HealthScreen';
