import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { consentsAccept, consentsList, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { TextLink } from '../../ui/text-link';

const consentsQuery = {
  queryKey: ['consents'],
  queryFn: () => unwrap(consentsList()),
  staleTime: Infinity,
};

/** On every page of whoever has not agreed to a text in the version that holds now. */
export function ConsentNotice() {
  const { data } = useQuery(consentsQuery);
  const [asked] = data?.data.filter(({ acceptedAt }) => !acceptedAt) ?? [];
  return asked ? <Asked key={asked.document} {...asked} /> : null;
}

function Asked({ document, version }: { document: 'terms' | 'privacy'; version: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queryClient = useQueryClient();
  const accept = useMutation({
    mutationFn: () => unwrap(consentsAccept({ body: { document, version } })),
    onSuccess: (consents) => queryClient.setQueryData(consentsQuery.queryKey, consents),
  });
  const date = format.day(version);
  return (
    <div className="mb-5">
      <Notice>
        <p>
          {document === 'terms' ? t('legal.changedTerms', { date }) : t('legal.changedPrivacy', { date })}{' '}
          <TextLink to={document === 'terms' ? '/terms' : '/privacy'}>{t('legal.read')}</TextLink>
        </p>
        <Button className="mt-2" isBusy={accept.isPending} onClick={() => accept.mutate()}>
          {t('legal.agree')}
        </Button>
        {accept.isError && (
          <div className="mt-2">
            <ProblemNotice error={accept.error} />
          </div>
        )}
      </Notice>
    </div>
  );
}
