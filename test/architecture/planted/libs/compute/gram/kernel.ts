import '../../platform/clock/clock.js';
export const gram = 0;
