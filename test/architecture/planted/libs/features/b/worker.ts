import '../../models/trainers.js';
