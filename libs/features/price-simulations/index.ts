export { PriceSimulationsModule } from './price-simulations.module.js';
