import { z } from 'zod';
import { newId } from './account.js';
import { oneOf, text } from './form.js';
import type { PortalSession } from './objects.js';
import { type Operation, operation } from './operation.js';

const flow = z.strictObject({
  type: oneOf('payment_method_update', 'subscription_cancel'),
  after_completion: z
    .strictObject({
      type: oneOf('hosted_confirmation', 'portal_homepage', 'redirect'),
      hosted_confirmation: z.strictObject({ custom_message: text.optional() }).optional(),
      redirect: z.strictObject({ return_url: text }).optional(),
    })
    .optional(),
  subscription_cancel: z.strictObject({ subscription: text }).optional(),
});

export const portalOperations: Operation[] = [
  operation(
    'POST',
    '/v1/billing_portal/sessions',
    {
      customer: text,
      configuration: text.optional(),
      flow_data: flow.optional(),
      locale: text.optional(),
      return_url: text.optional(),
    },
    (account, { customer, configuration, flow_data, locale, return_url }) => {
      const id = newId('bps');
      const cancels = flow_data?.subscription_cancel?.subscription;
      if (cancels) account.need('subscription', cancels, 'flow_data[subscription_cancel][subscription]');
      const session: PortalSession = {
        id,
        object: 'billing_portal.session',
        configuration: configuration ?? 'bpc_local',
        created: account.now(),
        customer: account.needCustomer(customer, 'customer').id,
        customer_account: null,
        flow: flow_data
          ? {
              after_completion: {
                type: flow_data.after_completion?.type ?? 'portal_homepage',
                hosted_confirmation: flow_data.after_completion?.hosted_confirmation
                  ? { custom_message: flow_data.after_completion.hosted_confirmation.custom_message ?? null }
                  : null,
                redirect: flow_data.after_completion?.redirect ?? null,
              },
              customer_update: null,
              subscription_cancel: cancels ? { retention: null, subscription: cancels } : null,
              subscription_pause: null,
              subscription_update: null,
              subscription_update_confirm: null,
              type: flow_data.type,
            }
          : null,
        livemode: false,
        locale: (locale as PortalSession['locale']) ?? null,
        on_behalf_of: null,
        return_url: return_url ?? null,
        url: `${account.url}/p/session/${id}`,
      };
      account.store.add<'billing_portal.session'>(session);
      account.emit('billing_portal.session.created', session);
      return session;
    },
  ),
];
