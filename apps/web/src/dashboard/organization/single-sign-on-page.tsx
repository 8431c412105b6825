import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  identitiesStartTest,
  type SingleSignOn,
  singleSignOnEnforce,
  singleSignOnRemove,
  singleSignOnSet,
  unwrap,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { CodeBlock } from '../../ui/code-block';
import { SelectField, TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { toast } from '../../ui/toasts';
import { useProvider } from '../auth/identities.queries';
import { ProviderProblem } from '../auth/provider-problem';
import { OrganizationFrame } from './organization-frame';
import { ScimCard } from './scim-card';
import { DomainsCard } from './single-sign-on-domains';
import { type Connection, singleSignOnQuery, useSingleSignOnChange } from './single-sign-on.queries';

const DEFAULT_ROLES: readonly Connection['defaultRole'][] = ['developer', 'billing', 'viewer'];

/** By which provider the organization's people log in, for its owners. */
export function SingleSignOnPage() {
  const { t } = useTranslation();
  const { problem, done } = useSearch({ from: '/app/organization/single-sign-on' });
  const singleSignOn = useQuery(singleSignOnQuery);
  return (
    <OrganizationFrame title={t('singleSignOn.title')} hint={t('singleSignOn.hint')}>
      <QueryView query={singleSignOn} isPage>
        {(found) => (
          <div className="space-y-5">
            <ProviderProblem code={problem} />
            {done === 'tested' && <Notice tone="success">{t('singleSignOn.tested')}</Notice>}
            <ProviderCard {...found} />
            <DomainsCard domains={found.domains} />
            <EnforcementCard {...found} />
            <ScimCard hasVerifiedDomain={found.domains.some(({ verifiedAt }) => verifiedAt)} />
          </div>
        )}
      </QueryView>
    </OrganizationFrame>
  );
}

function ProviderCard({ redirectUri, connection }: SingleSignOn) {
  const { t } = useTranslation();
  const [isRemoving, setRemoving] = useState(false);
  const save = useSingleSignOnChange(
    (values: FormData) => {
      const clientSecret = String(values.get('clientSecret'));
      return unwrap(
        singleSignOnSet({
          body: {
            issuer: String(values.get('issuer')),
            clientId: String(values.get('clientId')),
            ...(clientSecret && { clientSecret }),
            defaultRole: String(values.get('defaultRole')) as Connection['defaultRole'],
          },
        }),
      );
    },
    () => toast(t('singleSignOn.saved')),
  );
  return (
    <Card title={t('singleSignOn.provider')} hint={t('singleSignOn.providerHint')}>
      <div className="space-y-4">
        <CodeBlock label={t('singleSignOn.redirectUri')} code={redirectUri} />
        <Form
          onSubmit={save.mutate}
          error={save.error}
          actions={
            <div className="flex flex-wrap gap-2">
              <Button type="submit" variant="primary" isBusy={save.isPending}>
                {t('singleSignOn.save')}
              </Button>
              {connection && !connection.enforcedAt && (
                <Button variant="danger" onClick={() => setRemoving(true)}>
                  {t('singleSignOn.remove')}
                </Button>
              )}
            </div>
          }
        >
          <TextField
            label={t('singleSignOn.issuer')}
            name="issuer"
            type="url"
            hint={t('singleSignOn.issuerHint')}
            defaultValue={connection?.issuer}
            autoComplete="off"
            required
          />
          <TextField
            label={t('singleSignOn.clientId')}
            name="clientId"
            defaultValue={connection?.clientId}
            autoComplete="off"
            required
          />
          <TextField
            label={t('singleSignOn.clientSecret')}
            name="clientSecret"
            type="password"
            hint={connection ? t('singleSignOn.clientSecretHint') : undefined}
            autoComplete="new-password"
            required={!connection}
          />
          <SelectField
            label={t('singleSignOn.defaultRole')}
            name="defaultRole"
            defaultValue={connection?.defaultRole ?? 'viewer'}
          >
            {DEFAULT_ROLES.map((role) => (
              <option key={role} value={role}>
                {t(`roles.${role}`)} – {t(`roleTable.summaries.${role}`)}
              </option>
            ))}
          </SelectField>
        </Form>
      </div>
      {isRemoving && <RemoveDialog onClose={() => setRemoving(false)} />}
    </Card>
  );
}

function RemoveDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const remove = useSingleSignOnChange(() => unwrap(singleSignOnRemove()), onClose);
  return (
    <FormDialog
      title={t('singleSignOn.remove')}
      submitLabel={t('singleSignOn.remove')}
      onSubmit={() => remove.mutate(undefined)}
      onClose={onClose}
      isBusy={remove.isPending}
      isDanger
      error={remove.error}
    >
      <p>{t('singleSignOn.removeText')}</p>
    </FormDialog>
  );
}

function EnforcementCard({ connection, domains }: SingleSignOn) {
  const { t } = useTranslation();
  const format = useFormat();
  const test = useProvider(() => unwrap(identitiesStartTest()));
  const enforce = useSingleSignOnChange((isEnforced: boolean) => unwrap(singleSignOnEnforce({ body: { isEnforced } })));
  const { testedAt, enforcedAt } = connection ?? { testedAt: null, enforcedAt: null };
  const isReady = testedAt !== null && domains.some(({ verifiedAt }) => verifiedAt);
  return (
    <Card title={t('singleSignOn.enforcement')} hint={t('singleSignOn.enforcementHint')}>
      <div className="space-y-4">
        <p className="flex flex-wrap gap-2">
          <Badge tone={testedAt ? 'success' : 'warning'}>
            {testedAt ? t('singleSignOn.testedAt', { date: format.dateTime(testedAt) }) : t('singleSignOn.untested')}
          </Badge>
          <Badge tone={enforcedAt ? 'accent' : 'neutral'}>
            {enforcedAt
              ? t('singleSignOn.enforcedSince', { date: format.dateTime(enforcedAt) })
              : t('singleSignOn.notEnforced')}
          </Badge>
        </p>
        <p className="text-muted">{isReady ? t('singleSignOn.enforceText') : t('singleSignOn.steps')}</p>
        <div className="flex flex-wrap gap-2">
          <Button disabled={!connection} isBusy={test.isPending} onClick={() => test.mutate(undefined)}>
            {t('singleSignOn.test')}
          </Button>
          <Button
            variant={enforcedAt ? 'secondary' : 'primary'}
            disabled={!enforcedAt && !isReady}
            isBusy={enforce.isPending}
            onClick={() => enforce.mutate(!enforcedAt)}
          >
            {enforcedAt ? t('singleSignOn.stop') : t('singleSignOn.enforce')}
          </Button>
        </div>
        {test.isError && <ProblemNotice error={test.error} />}
        {enforce.isError && <ProblemNotice error={enforce.error} />}
      </div>
    </Card>
  );
}
