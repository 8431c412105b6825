import { type Account, newId } from './account.js';
import { invalid } from './errors.js';
import { bool, emptyable, isWithin, list, mergeMetadata, metadataParam, pages, range, text } from './form.js';
import type { Product } from './objects.js';
import { type Operation, operation, page, retrieve } from './operation.js';

interface NewProduct {
  id?: string | undefined;
  name: string;
  active?: boolean | undefined;
  description?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
  unit_label?: string | undefined;
  statement_descriptor?: string | undefined;
}

export function createProduct(account: Account, params: NewProduct): Product {
  const { id = newId('prod'), name, active = true, description, metadata, unit_label, statement_descriptor } = params;
  if (account.store.getAny(id))
    throw invalid(`Product already exists: ${id}`, { code: 'resource_already_exists', param: 'id' });
  const product = account.store.add<'product'>({
    id,
    object: 'product',
    active,
    created: account.now(),
    default_price: null,
    description: description ?? null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: mergeMetadata({}, metadata),
    name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: statement_descriptor ?? null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: unit_label ?? null,
    updated: account.now(),
    url: null,
  });
  account.emit('product.created', product);
  return product;
}

const fields = {
  active: bool.optional(),
  description: text.optional(),
  metadata: metadataParam.optional(),
  unit_label: text.optional(),
  statement_descriptor: text.optional(),
};

export const productOperations: Operation[] = [
  operation('POST', '/v1/products', { ...fields, id: text.optional(), name: text }, createProduct),
  retrieve('product', '/v1/products'),
  operation(
    'POST',
    '/v1/products/:id',
    { ...fields, description: emptyable(text).optional(), name: text.optional(), default_price: text.optional() },
    (account, { metadata, ...given }, { id }) => {
      const product = account.need('product', id!);
      if (given.default_price) account.need('price', given.default_price, 'default_price');
      const changes = { ...given, metadata: mergeMetadata(product.metadata, metadata), updated: account.now() };
      account.change(product, changes, 'product.updated');
      return product;
    },
  ),
  operation('DELETE', '/v1/products/:id', {}, (account, _, { id }) => {
    const product = account.need('product', id!);
    if (account.store.find('price', undefined, (price) => price.product === id).length > 0)
      throw invalid('This product cannot be deleted because it has prices: make it inactive instead.');
    account.emit('product.deleted', product);
    account.store.remove(product.id);
    return { id, object: 'product', deleted: true };
  }),
  operation(
    'GET',
    '/v1/products',
    { ...pages, active: bool.optional(), created: range.optional(), ids: list(text).optional() },
    (account, { active, created, ids, ...cursor }) =>
      page(account, '/v1/products', 'product', cursor, {
        isWanted: (product) =>
          (active === undefined || product.active === active) &&
          (!created || isWithin(product.created, created)) &&
          (!ids || ids.includes(product.id)),
      }),
  ),
];
