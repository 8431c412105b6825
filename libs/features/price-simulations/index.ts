export { PriceSimulationsModule } from './price-simulations.module.js';
export { type SegmentRow, segmentsFor } from './rating-tables.js';
