import '../../libs/features/a/a.service.js';
