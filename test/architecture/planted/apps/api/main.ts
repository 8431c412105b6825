import '../../libs/features/a/a.service.js';
import './step.js';
