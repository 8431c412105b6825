import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type PriceSimulation,
  pricePublicationsPropose,
  type PricePublicationsProposeData,
  unwrap,
} from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { DateTimeField, readTime } from '../../ui/date-time-field';
import { CheckboxField, SelectField } from '../../ui/field';
import { Form } from '../../ui/form';
import { Notice } from '../../ui/notice';

interface PublishCardProps {
  draft: PricePublicationsProposeData['body']['draft'];
  simulation: PriceSimulation;
}

/** The draft that was simulated, as the price for everybody. */
export function PublishCard({ draft, simulation }: PublishCardProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [present, setPresent] = useState('kept');
  const propose = useMutation({
    mutationFn: (values: FormData) =>
      unwrap(
        pricePublicationsPropose({
          body: {
            draft,
            validFrom: readTime(values, 'validFrom') ?? null,
            movesAt: readTime(values, 'movesAt') ?? null,
            acceptsDifference: values.has('acceptsDifference'),
          },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['admin', 'price-publications'] }),
  });
  return (
    <Card title={t('operator.publications.publish')} hint={t('operator.publications.publishHint')}>
      <Form
        onSubmit={propose.mutate}
        error={propose.error}
        actions={
          <Button type="submit" variant="primary" isBusy={propose.isPending}>
            {t('operator.publications.propose')}
          </Button>
        }
      >
        <div className="grid gap-3 sm:grid-cols-3">
          <DateTimeField
            name="validFrom"
            label={t('operator.publications.validFrom')}
            hint={t('operator.publications.validFromHint')}
          />
          <SelectField
            name="present"
            label={t('operator.publications.present')}
            value={present}
            onChange={({ target }) => setPresent(target.value)}
          >
            <option value="kept">{t('operator.publications.kept')}</option>
            <option value="moved">{t('operator.publications.moved')}</option>
          </SelectField>
          {present === 'moved' && (
            <DateTimeField
              name="movesAt"
              label={t('operator.publications.movesAt')}
              hint={t('operator.publications.movesAtHint')}
              required
            />
          )}
        </div>
        {!simulation.reproduces && (
          <CheckboxField
            name="acceptsDifference"
            label={t('operator.publications.acceptsDifference')}
            hint={t('operator.publications.acceptsDifferenceHint')}
            required
          />
        )}
        {propose.isSuccess && <Notice tone="success">{t('operator.publications.proposed')}</Notice>}
      </Form>
    </Card>
  );
}
