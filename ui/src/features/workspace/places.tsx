import { getRouteApi } from '@tanstack/react-router';
import { ProvidersScreen } from '../provider/ProvidersScreen';

export { AuditScreen } from '../audit/AuditScreen';
export { BudgetsScreen } from '../budget/BudgetsScreen';
export { EgressScreen } from '../egress/EgressScreen';
export { FolderScreen } from '../folder/FolderScreen';
export { EngineScreen } from '../config/EngineScreen';
export { Dialogs } from '../transfer/Dialogs';
export { ProvidersScreen } from '../provider/ProvidersScreen';
export { AboutScreen } from './AboutScreen';
export { AppearanceScreen } from './AppearanceScreen';
export { DataScreen } from './DataScreen';
export { EditorScreen } from './EditorScreen';
export { SettingsLayout } from './SettingsLayout';

const place = getRouteApi('/settings/providers/$id');

/** The provider that the address names. */
export function ProviderPlace() {
  const { id } = place.useParams();
  return <ProvidersScreen selected={id} />;
}
