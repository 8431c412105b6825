import { useTranslation } from 'react-i18next';
import type { WebhookEndpoint, WebhookEventType, WebhooksCreateEndpointData } from '../../api/client';
import { useTerms } from '../../i18n/use-terms';
import { CheckboxField, FieldGroup, TextField } from '../../ui/field';
import { EVENT_TYPES } from './event-types';

/** The values of the fields, in the form of the API. */
export function readEndpoint(values: FormData): WebhooksCreateEndpointData['body'] {
  return {
    url: String(values.get('url')),
    description: String(values.get('description')),
    eventTypes: values.getAll('eventTypes') as WebhookEventType[],
  };
}

/** Where messages go, and which. */
export function EndpointFields({ endpoint }: { endpoint?: WebhookEndpoint }) {
  const { t } = useTranslation();
  const terms = useTerms();
  return (
    <>
      <TextField
        label={t('webhooks.url')}
        name="url"
        hint={t('webhooks.urlHint')}
        type="url"
        placeholder="https://shop.example/hooks"
        defaultValue={endpoint?.url}
        maxLength={2048}
        required
      />
      <TextField
        label={t('webhooks.description')}
        name="description"
        hint={t('webhooks.descriptionHint')}
        defaultValue={endpoint?.description}
        maxLength={500}
      />
      <FieldGroup label={t('webhooks.events')} name="eventTypes" hint={t('webhooks.eventsHint')}>
        {EVENT_TYPES.map((type) => (
          <CheckboxField
            key={type}
            label={terms.name('events', type)}
            name="eventTypes"
            value={type}
            defaultChecked={endpoint?.eventTypes.includes(type)}
          />
        ))}
      </FieldGroup>
    </>
  );
}
