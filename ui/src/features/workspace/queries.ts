import { queryOptions } from '@tanstack/react-query';
import { api } from '../../host';

/** The workspace: its name, place and size. */
export const workspaceQuery = queryOptions({ queryKey: ['workspace'], queryFn: () => api.workspaceGet() });

/** The keys for the HTTP host, newest first; never their secrets. */
export const apiKeysQuery = queryOptions({ queryKey: ['api-keys'], queryFn: () => api.apiKeyList() });
