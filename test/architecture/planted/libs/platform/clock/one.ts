import './two.js';
