import type {
  CatalogueChange,
  CataloguePrice,
  StripeCatalogue,
  UntaxedSubscriptions,
} from '../../libs/features/billing/index.js';

/**
 * Compares what is sold with what Stripe has, and says each difference in a line.
 *
 * @param isToApply whether to make Stripe's the same; where it is broken off, the next run does the rest
 * @returns how many differences there were
 * @throws Error where Stripe has another amount under the lookup key of a price; nothing was changed then
 */
export async function syncCatalogue(
  catalogue: StripeCatalogue,
  prices: CataloguePrice[],
  isToApply: boolean,
  say: (line: string) => void,
): Promise<number> {
  const changes = await catalogue.compare(prices);
  for (const change of changes) {
    if (isToApply) await catalogue.apply(change);
    say(inWords(change));
  }
  if (changes.length === 0) say('Stripe has what is sold: there is nothing to do.');
  else if (isToApply) say('Done.');
  else say('Nothing was changed. To make it so: npm run catalogue -- --apply');
  return changes.length;
}

function inWords(change: CatalogueChange): string {
  switch (change.kind) {
    case 'create_product':
      return `create the product ${change.id}, ${change.name}`;
    case 'rename_product':
      return `rename the product ${change.id} from ${change.was} to ${change.name}`;
    case 'activate_product':
      return `activate the product ${change.id}, ${change.name}`;
    case 'create_price':
      return `create a price of ${priceInWords(change.price)}`;
    case 'activate_price':
      return `activate the price ${change.id} of ${priceInWords(change.price)}`;
    case 'archive_price':
      return `archive the price ${change.id} of ${priceInWords(change.price)}: it is not on offer, and nobody's`;
  }
}

function priceInWords({ planKey, currency, monthlyFeeMinor, id }: CataloguePrice['price']): string {
  return `${planKey}, ${monthlyFeeMinor} ${currency} a month in the smallest unit (price version ${id})`;
}

/**
 * Says which subscriptions have no tax on their fee, which is where they were bought before taxes were asked for.
 *
 * @param isToApply whether to have Stripe put it on their next fee; where it is broken off, the next run does the rest
 */
export async function syncTax(
  subscriptions: UntaxedSubscriptions,
  isToApply: boolean,
  say: (line: string) => void,
): Promise<void> {
  const untaxed = await subscriptions.list();
  for (const each of untaxed) {
    const isDone = isToApply ? await subscriptions.tax(each) : true;
    say(`put tax on the fee of the subscription ${each.id} of the customer ${each.customer}`);
    if (!isDone)
      say('  not done: the customer has no address; let them give one on the page Billing, and run this again');
  }
  if (untaxed.length === 0) say('Every subscription has tax on its fee.');
  else if (!isToApply) say('No tax was put on. To make it so: npm run catalogue -- --apply');
}
