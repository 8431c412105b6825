import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { MailPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Invitation, invitationsResend, invitationsRevoke, unwrap } from '../../api/client';
import { Badge, type Tone } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import type { DataColumn } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { FormDialog } from '../../ui/form-dialog';
import { ListCard } from '../../ui/list-card';
import { ProblemNotice } from '../../ui/problem-notice';
import { RelativeTime } from '../../ui/relative-time';
import { toast } from '../../ui/toasts';
import { useCreatedColumn } from '../../ui/use-list-columns';
import { useMe } from '../auth/auth.queries';
import { InviteButton } from './invite-button';
import { INVITATION_STATUSES, invitationListQuery, INVITATIONS_KEY, readInvitationsView } from './members.queries';
import { OrganizationFrame } from './organization-frame';
import { useMailLanguage } from './use-mail-language';

const TONES: Record<Invitation['status'], Tone> = {
  pending: 'accent',
  expired: 'warning',
  accepted: 'success',
  revoked: 'neutral',
};

export function InvitationsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const view = useSearch({ from: '/app/organization/invitations' });
  const invitations = useInfiniteQuery(invitationListQuery(view));
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const resend = useResend();
  const columns = useColumns({ onResend: resend.mutate, onRevoke: setRevoking, isBusy: resend.isPending });
  return (
    <OrganizationFrame title={t('invitations.title')} hint={t('invitations.hint')} actions={<InviteButton />}>
      {resend.isError && (
        <div className="mb-5">
          <ProblemNotice error={resend.error} />
        </div>
      )}
      <ListCard
        label={t('invitations.title')}
        query={invitations}
        columns={columns}
        view={view}
        onView={(next) => void navigate({ to: '/organization/invitations', search: readInvitationsView({ ...next }) })}
        searchHint={t('members.searchHint')}
        statuses={INVITATION_STATUSES.map((value) => ({ value, label: t(`invitations.statuses.${value}`) }))}
        empty={
          <Card isFlush>
            <EmptyState icon={MailPlus} title={t('invitations.emptyTitle')}>
              {t('invitations.emptyText')}
            </EmptyState>
          </Card>
        }
      />
      {revoking && <RevokeDialog invitation={revoking} onClose={() => setRevoking(null)} />}
    </OrganizationFrame>
  );
}

function useResend() {
  const { t } = useTranslation();
  const language = useMailLanguage();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id: invitationId }: Invitation) =>
      unwrap(invitationsResend({ path: { invitationId }, body: { language } })),
    onSuccess: async ({ email }) => {
      toast(t('invitations.sent', { email }));
      await queryClient.invalidateQueries({ queryKey: INVITATIONS_KEY });
    },
  });
}

interface Actions {
  onResend: (invitation: Invitation) => void;
  onRevoke: (invitation: Invitation) => void;
  isBusy: boolean;
}

function useColumns({ onResend, onRevoke, isBusy }: Actions): DataColumn<Invitation>[] {
  const { t } = useTranslation();
  const { can } = useMe();
  const createdColumn = useCreatedColumn<Invitation>();
  const actions: DataColumn<Invitation> = {
    key: 'actions',
    name: t('ui.actions'),
    isPinned: true,
    cell: (invitation) => {
      const { email, role, status } = invitation;
      const isOpen = status === 'pending' || status === 'expired';
      // Only owners invite owners.
      if (!isOpen || (role === 'owner' && !can('organization:write'))) return null;
      return (
        <span className="flex justify-end gap-2">
          <Button
            disabled={isBusy}
            aria-label={t('invitations.resendTo', { email })}
            onClick={() => onResend(invitation)}
          >
            {t('invitations.resend')}
          </Button>
          <Button aria-label={t('invitations.revokeOf', { email })} onClick={() => onRevoke(invitation)}>
            {t('invitations.revoke')}
          </Button>
        </span>
      );
    },
  };
  return [
    {
      key: 'email',
      name: t('auth.email'),
      isPinned: true,
      isSortable: true,
      startsAscending: true,
      cell: ({ email }) => <span className="font-medium wrap-anywhere">{email}</span>,
    },
    { key: 'role', name: t('members.role'), cell: ({ role }) => <Badge>{t(`roles.${role}`)}</Badge> },
    {
      key: 'status',
      name: t('lists.status'),
      cell: ({ status }) => <Badge tone={TONES[status]}>{t(`invitations.statuses.${status}`)}</Badge>,
    },
    { key: 'invitedBy', name: t('invitations.invitedBy'), cell: ({ invitedBy }) => invitedBy ?? '—' },
    createdColumn,
    {
      key: 'expiresAt',
      name: t('invitations.expires'),
      cell: ({ status, expiresAt }) =>
        status === 'pending' || status === 'expired' ? <RelativeTime time={expiresAt} /> : '—',
    },
    ...(can('members:write') ? [actions] : []),
  ];
}

function RevokeDialog({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => unwrap(invitationsRevoke({ path: { invitationId: invitation.id } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: INVITATIONS_KEY });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('invitations.revokeOf', { email: invitation.email })}
      submitLabel={t('invitations.revoke')}
      onSubmit={() => revoke.mutate()}
      onClose={onClose}
      isBusy={revoke.isPending}
      isDanger
      error={revoke.error}
    >
      <p>{t('invitations.revokeText')}</p>
    </FormDialog>
  );
}
