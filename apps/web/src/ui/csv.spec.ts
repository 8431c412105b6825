import { expect, it } from 'vitest';
import { toCsv } from './csv';

it('writes a text as it is, however it is written', () => {
  const rows = [
    ['text', 'label'],
    ['Where is "my", card?\nToday', ''],
    ['卡', 'a|b'],
  ];
  expect(toCsv(rows)).toBe('text,label\r\n"Where is ""my"", card?\nToday",\r\n卡,a|b\r\n');
});
