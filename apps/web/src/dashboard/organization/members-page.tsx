import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Crown, Ellipsis, LogOut, UserCog, UserMinus, Users } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Member } from '../../api/client';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import type { DataColumn } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { IconButton } from '../../ui/icon-button';
import { ListCard } from '../../ui/list-card';
import { Menu, MenuItem } from '../../ui/menu';
import { RelativeTime } from '../../ui/relative-time';
import { useMe } from '../auth/auth.queries';
import { InviteButton } from './invite-button';
import { ChangeRoleDialog, LeaveDialog, RemoveMemberDialog, TransferDialog } from './member-dialogs';
import { memberListQuery, readMembersView } from './members.queries';
import { OrganizationFrame } from './organization-frame';

type Asking = { about: Member; what: 'role' | 'transfer' | 'remove' | 'leave' } | null;

export function MembersPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const view = useSearch({ from: '/app/organization/members' });
  const members = useInfiniteQuery(memberListQuery(view));
  const [asking, setAsking] = useState<Asking>(null);
  const columns = useColumns(setAsking);
  const close = () => setAsking(null);
  return (
    <OrganizationFrame title={t('members.title')} hint={t('members.hint')} actions={<InviteButton />}>
      <ListCard
        label={t('members.title')}
        query={members}
        columns={columns}
        view={view}
        onView={(next) => void navigate({ to: '/organization/members', search: readMembersView({ ...next }) })}
        searchHint={t('members.searchHint')}
        empty={
          <Card isFlush>
            <EmptyState icon={Users} title={t('members.title')}>
              {t('members.hint')}
            </EmptyState>
          </Card>
        }
      />
      <p className="mt-3 text-muted">{t('members.programs')}</p>
      {asking?.what === 'role' && <ChangeRoleDialog member={asking.about} onClose={close} />}
      {asking?.what === 'transfer' && <TransferDialog member={asking.about} onClose={close} />}
      {asking?.what === 'remove' && <RemoveMemberDialog member={asking.about} onClose={close} />}
      {asking?.what === 'leave' && <LeaveDialog onClose={close} />}
    </OrganizationFrame>
  );
}

function useColumns(ask: (asking: Asking) => void): DataColumn<Member>[] {
  const { t } = useTranslation();
  const { me, can } = useMe();
  return [
    {
      key: 'email',
      name: t('members.person'),
      isPinned: true,
      isSortable: true,
      startsAscending: true,
      cell: ({ id, email }) => (
        <span className="flex flex-wrap items-center gap-x-2 font-medium max-sm:justify-end">
          <span className="wrap-anywhere">{email}</span>
          {id === me.user.id && <Badge>{t('members.you')}</Badge>}
        </span>
      ),
    },
    {
      key: 'role',
      name: t('members.role'),
      isSortable: true,
      startsAscending: true,
      cell: ({ role }) => <Badge tone={role === 'owner' ? 'accent' : 'neutral'}>{t(`roles.${role}`)}</Badge>,
    },
    {
      key: 'createdAt',
      name: t('members.since'),
      isSortable: true,
      cell: ({ createdAt }) => <RelativeTime time={createdAt} />,
    },
    {
      key: 'lastActiveAt',
      name: t('members.lastActive'),
      cell: ({ lastActiveAt }) => (lastActiveAt ? <RelativeTime time={lastActiveAt} /> : '—'),
    },
    {
      key: 'actions',
      name: t('ui.actions'),
      isPinned: true,
      cell: (member) => {
        const isOwn = member.id === me.user.id;
        // Owners are changed by owners alone.
        const mayChange = can('members:write') && (member.role !== 'owner' || can('organization:write'));
        if (!isOwn && !mayChange) return null;
        return (
          <span className="flex justify-end">
            <Menu
              label={t('members.actionsOf', { email: member.email })}
              trigger={<IconButton label={t('members.actionsOf', { email: member.email })} icon={Ellipsis} />}
            >
              {mayChange && (
                <MenuItem icon={UserCog} onAction={() => ask({ about: member, what: 'role' })}>
                  {t('members.changeRole')}
                </MenuItem>
              )}
              {!isOwn && can('organization:write') && (
                <MenuItem icon={Crown} onAction={() => ask({ about: member, what: 'transfer' })}>
                  {t('members.transfer')}
                </MenuItem>
              )}
              {isOwn ? (
                <MenuItem icon={LogOut} isDanger onAction={() => ask({ about: member, what: 'leave' })}>
                  {t('members.leave')}
                </MenuItem>
              ) : (
                <MenuItem icon={UserMinus} isDanger onAction={() => ask({ about: member, what: 'remove' })}>
                  {t('members.remove')}
                </MenuItem>
              )}
            </Menu>
          </span>
        );
      },
    },
  ];
}
