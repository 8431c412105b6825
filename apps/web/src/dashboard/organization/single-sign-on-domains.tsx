import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  singleSignOnAddDomain,
  type SingleSignOnDomain,
  singleSignOnRemoveDomain,
  singleSignOnVerifyDomain,
  unwrap,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { CodeBlock } from '../../ui/code-block';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { FormDialog } from '../../ui/form-dialog';
import { ProblemNotice } from '../../ui/problem-notice';
import { useSingleSignOnChange } from './single-sign-on.queries';

/** Whose addresses log in by the provider, and how each domain is shown to be the organization's. */
export function DomainsCard({ domains }: { domains: SingleSignOnDomain[] }) {
  const { t } = useTranslation();
  const add = useSingleSignOnChange((domain: string) => unwrap(singleSignOnAddDomain({ body: { domain } })));
  return (
    <Card title={t('singleSignOn.domains')} hint={t('singleSignOn.domainsHint')}>
      <div className="space-y-4">
        {domains.length === 0 && <p className="text-muted">{t('singleSignOn.noDomains')}</p>}
        {domains.length > 0 && (
          <ul className="divide-y divide-line">
            {domains.map((domain) => (
              <Domain key={domain.domain} {...domain} />
            ))}
          </ul>
        )}
        <Form
          // Empty again once it was added.
          key={domains.length}
          onSubmit={(values) => add.mutate(String(values.get('domain')))}
          error={add.error}
          isInline
          actions={
            <Button type="submit" isBusy={add.isPending}>
              {t('singleSignOn.addDomain')}
            </Button>
          }
        >
          <TextField label={t('singleSignOn.domain')} name="domain" autoComplete="off" required />
        </Form>
      </div>
    </Card>
  );
}

function Domain({ domain, record, verifiedAt, missingSince }: SingleSignOnDomain) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isRemoving, setRemoving] = useState(false);
  const verify = useSingleSignOnChange(() => unwrap(singleSignOnVerifyDomain({ path: { domain } })));
  return (
    <li className="space-y-3 py-3 first:pt-0">
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-0 flex-1 basis-40 font-medium wrap-anywhere">
          {domain}{' '}
          <Badge tone={verifiedAt ? 'success' : 'warning'}>
            {verifiedAt ? t('singleSignOn.verified') : t('singleSignOn.unverified')}
          </Badge>
        </p>
        {!verifiedAt && (
          <Button
            aria-label={t('singleSignOn.verifyOf', { domain })}
            isBusy={verify.isPending}
            onClick={() => verify.mutate(undefined)}
          >
            {t('singleSignOn.verify')}
          </Button>
        )}
        <Button aria-label={t('singleSignOn.removeDomainOf', { domain })} onClick={() => setRemoving(true)}>
          {t('singleSignOn.removeDomain')}
        </Button>
      </div>
      {(!verifiedAt || missingSince) && (
        <div className="space-y-2">
          <p>
            {missingSince
              ? t('singleSignOn.recordMissing', { date: format.dateTime(missingSince) })
              : t('singleSignOn.record', { domain })}
          </p>
          <CodeBlock label={t('singleSignOn.recordName')} code={record.name} />
          <CodeBlock label={t('singleSignOn.recordValue')} code={record.value} />
        </div>
      )}
      {verify.isError && <ProblemNotice error={verify.error} />}
      {isRemoving && <RemoveDomainDialog domain={domain} onClose={() => setRemoving(false)} />}
    </li>
  );
}

function RemoveDomainDialog({ domain, onClose }: { domain: string; onClose: () => void }) {
  const { t } = useTranslation();
  const remove = useSingleSignOnChange(() => unwrap(singleSignOnRemoveDomain({ path: { domain } })), onClose);
  return (
    <FormDialog
      title={t('singleSignOn.removeDomainOf', { domain })}
      submitLabel={t('singleSignOn.removeDomain')}
      onSubmit={() => remove.mutate(undefined)}
      onClose={onClose}
      isBusy={remove.isPending}
      isDanger
      error={remove.error}
    >
      <p>{t('singleSignOn.removeDomainText')}</p>
    </FormDialog>
  );
}
