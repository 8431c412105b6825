export { PriceListModule } from './price-list.module.js';
