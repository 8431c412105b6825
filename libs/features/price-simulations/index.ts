export { PriceSimulationsModule } from './price-simulations.module.js';
export { type PriceDraft, priceDraftSchema, priceSimulationSchema } from './price-simulations.schema.js';
export { PriceSimulationsService, toPriceVersion } from './price-simulations.service.js';
export { type SegmentRow, segmentsFor } from './rating-tables.js';
