/** Users, and items, of {@link checkerboard}. */
export const SIDE = 120;

/** The one item of {@link checkerboard} of which attributes are known. */
export const DESCRIBED = { itemId: 'item-0', attributes: { colour: 'black' } };

/**
 * Users and items of two colours; a user touched every item of the own colour but one, `item-u` for `user-u`. So the right
 * answer is known by eye: the missing item. Every item is equally popular.
 */
export function checkerboard() {
  const cells = Array.from({ length: SIDE * SIDE }, (_, cell) => [Math.floor(cell / SIDE), cell % SIDE] as const);
  return {
    userIds: Array.from({ length: SIDE }, (_, user) => `user-${user}`),
    itemIds: Array.from({ length: SIDE }, (_, item) => `item-${item}`),
    /** Places in the lists of ids. */
    touched: cells.filter(([user, item]) => user % 2 === item % 2 && user !== item),
  };
}
