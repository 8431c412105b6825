export { PricePublicationsModule } from './price-publications.module.js';
