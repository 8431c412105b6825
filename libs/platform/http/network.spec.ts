import { expect, it } from 'vitest';
import { networkOf, subscriberOf } from './network.js';

it.each([
  ['203.0.113.77', '203.0.113.0/24'],
  ['::ffff:203.0.113.77', '203.0.113.0/24'],
  ['2001:db8:85a3:8d3:1319:8a2e:370:7348', '2001:db8:85a3::/48'],
  ['2001:0DB8::7348', '2001:db8::/48'],
  ['::1', '0::/48'],
  ['fe80::1%eth0', 'fe80::/48'],
  ['unknown', null],
])('of %s no more is kept than its network, %s', (address, network) => expect(networkOf(address)).toBe(network));

it.each([
  ['203.0.113.77', '203.0.113.77'],
  ['::ffff:203.0.113.77', '::ffff:203.0.113.77'],
  ['2001:db8:85a3:8d3:1319:8a2e:370:7348', '2001:db8:85a3:8d3'],
  ['2001:0DB8::7348', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('limits of %s are counted by %s', (address, subscriber) => expect(subscriberOf(address)).toBe(subscriber));
