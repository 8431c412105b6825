import { useTranslation } from 'react-i18next';
import type { RecommendationsRecommendData } from '../../api/client';
import { CheckboxField, TextField } from '../../ui/field';
import type { FieldsProps } from '../task';
import { UserPicker } from './user-picker';

export type RecommendRequest = Required<RecommendationsRecommendData['body']>;

const LIMIT_MAX = 100;

export function RecommendFields({ request, deployment, onRequest, onAsk }: FieldsProps<RecommendRequest>) {
  const { t } = useTranslation();
  return (
    <>
      <UserPicker
        deployment={deployment}
        selected={request.userId}
        onPick={(userId) => onAsk({ ...request, userId })}
      />
      <TextField
        label={t('tasks.recommendation.userId')}
        name="userId"
        hint={t('tasks.recommendation.userIdHint')}
        value={request.userId}
        onChange={(event) => onRequest({ ...request, userId: event.target.value })}
        maxLength={256}
        autoComplete="off"
        required
      />
      <TextField
        label={t('tasks.recommendation.limit')}
        name="limit"
        type="number"
        min={1}
        max={LIMIT_MAX}
        value={request.limit || ''}
        onChange={(event) => onRequest({ ...request, limit: event.target.valueAsNumber || 0 })}
        required
      />
      <CheckboxField
        label={t('tasks.recommendation.excludeSeen')}
        name="excludeSeen"
        hint={t('tasks.recommendation.excludeSeenHint')}
        checked={request.excludeSeen}
        onChange={(event) => onRequest({ ...request, excludeSeen: event.target.checked })}
      />
      <CheckboxField
        label={t('tasks.recommendation.personalized')}
        name="personalized"
        hint={t('tasks.recommendation.personalizedHint')}
        checked={request.personalized}
        onChange={(event) => onRequest({ ...request, personalized: event.target.checked })}
      />
    </>
  );
}
