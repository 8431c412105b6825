import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { BillingModule } from '../billing/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { OrganizationsModule } from '../organizations/index.js';
import { AuthController } from './auth.controller.js';
import { AuthRepository } from './auth.repository.js';
import { AuthService } from './auth.service.js';
import { Passwords } from './passwords.js';
import { SessionStrategy } from './session.strategy.js';
import { Throttle } from './throttle.js';

@Module({
  imports: [PassportModule, BillingModule, NotificationsModule, OrganizationsModule],
  controllers: [AuthController],
  providers: [AuthService, AuthRepository, Passwords, Throttle, SessionStrategy],
})
export class AuthModule {}
