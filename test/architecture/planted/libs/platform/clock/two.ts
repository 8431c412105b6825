import './one.js';
import './three.js';
