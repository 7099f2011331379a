export { DatasetPlace } from './DatasetScreen';
export { DatasetsScreen } from './DatasetsScreen';
