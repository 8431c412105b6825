import { queryOptions } from '@tanstack/react-query';
import { invitationsList, membersList, membersRoles, unwrap } from '../../api/client';
import { listQuery } from '../../api/list-query';
import { type ListView, readListView } from '../../ui/list-view';

const MEMBER_SORTS = ['createdAt', 'email', 'role'] as const;
const INVITATION_SORTS = ['createdAt', 'email'] as const;
export const INVITATION_STATUSES = ['pending', 'expired', 'accepted', 'revoked'] as const;

export type MembersView = ListView<(typeof MEMBER_SORTS)[number], never>;
export type InvitationsView = ListView<(typeof INVITATION_SORTS)[number], (typeof INVITATION_STATUSES)[number]>;

export const readMembersView = (search: Record<string, unknown>): MembersView => readListView(search, MEMBER_SORTS);
export const readInvitationsView = (search: Record<string, unknown>): InvitationsView =>
  readListView(search, INVITATION_SORTS, INVITATION_STATUSES);

export const MEMBERS_KEY = ['members'];
export const INVITATIONS_KEY = ['invitations'];

export const memberListQuery = (view: MembersView) =>
  listQuery([...MEMBERS_KEY, view], (cursor) => membersList({ query: { ...view, cursor } }));

export const invitationListQuery = (view: InvitationsView) =>
  listQuery([...INVITATIONS_KEY, view], (cursor) => invitationsList({ query: { ...view, cursor } }));

export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: () => unwrap(membersRoles()),
  staleTime: Infinity,
});
