import { describe, expect, it } from 'vitest';
import { StripeSchemas } from './schemas.js';

const schemas = new StripeSchemas();

describe('what stripe-node’s types say of a call', () => {
  const clock = {
    id: 'clock_1',
    object: 'test_helpers.test_clock',
    created: 1,
    deletes_after: 2,
    frozen_time: 1,
    livemode: false,
    name: null,
    status: 'ready',
    status_details: {},
  };
  it('holds an answer to every field, and to no other', () => {
    const wrong = (changes: object) => schemas.wrongAnswer('testHelpers.testClocks.retrieve', { ...clock, ...changes });
    expect(wrong({})).toEqual([]);
    expect(wrong({ frozen_time: undefined })).toHaveLength(1);
    expect(wrong({ frozen_time: '1' })).toHaveLength(1);
    expect(wrong({ status: 'redy' })).toHaveLength(1);
    expect(wrong({ colour: 'red' })).toHaveLength(1);
    expect(wrong({ status_details: { advancing: {} } })).toHaveLength(1);
    const page = { object: 'list', data: [clock], has_more: false, url: '/v1/test_helpers/test_clocks' };
    expect(schemas.wrongAnswer('testHelpers.testClocks.list', page)).toEqual([]);
    expect(schemas.wrongAnswer('testHelpers.testClocks.list', { ...page, data: [{ ...clock, name: 1 }] })).not.toEqual(
      [],
    );
  });

  it('holds a request to what may be asked', () => {
    const wrong = (params: object) => schemas.wrongParams('subscriptions.create', params);
    expect(wrong({ customer: 'cus_1', items: [{ price: 'price_1', quantity: 2 }] })).toEqual([]);
    expect(wrong({ customer: 'cus_1', items: [{ prize: 'price_1' }] })).not.toEqual([]);
    expect(wrong({ customer: 1 })).not.toEqual([]);
  });
});
