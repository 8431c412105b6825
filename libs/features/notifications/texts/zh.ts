import type { MailTexts } from '../mails.js';

const IGNORE = '如果不是您本人操作，请忽略本邮件：不打开链接，什么都不会发生。';

const WHOSE = {
  plan: (name: string) => `${name} 套餐`,
  organization: () => '您的组织',
  project: (name: string) => `项目“${name}”`,
  key: (name: string) => `API 密钥“${name}”`,
};

/** A meter that has no name here is called by its key. */
const METERS: Record<string, string> = {
  recommendation_requests: '次推荐请求',
  recommended_items: '个推荐物品',
  interactions_ingested: '条导入的互动',
  training_seconds: '秒训练时间',
  stored_interactions: '互动·天存储',
  test_requests: '次测试请求',
  classification_requests: '次分类请求',
  classified_texts: '条已分类文本',
  texts_ingested: '条导入的文本',
  stored_texts: '文本·天存储',
};

const ROLES = { owner: '所有者', admin: '管理员', developer: '开发者', billing: '财务', viewer: '只读成员' };

export const zh: MailTexts = {
  verify_email: () => ({
    subject: '请确认您的邮箱地址',
    paragraphs: [
      '欢迎使用 Kindred。请确认这是您的邮箱地址，以便您在忘记密码时找回账户，并及时收到账户通知。',
      '链接在三天内有效，只能使用一次。',
      IGNORE,
    ],
    action: '确认此地址',
  }),
  address_taken: () => ({
    subject: '有人试图用您的邮箱地址注册',
    paragraphs: [
      '有人试图用此邮箱地址创建账户，但该地址已有账户。',
      '如果是您本人，请直接登录；若忘记密码，可在登录页设置新密码。如果不是您本人，您无需做任何事：对方并未进入您的账户。',
    ],
    action: '登录',
  }),
  reset_password: () => ({
    subject: '设置新密码',
    paragraphs: [
      '有人为您的账户申请了新密码。链接在 30 分钟内有效，只能使用一次；设置新密码后，您账户的所有会话都会结束。',
      IGNORE,
    ],
    action: '设置新密码',
  }),
  password_changed: ({ changedAt }, { time }) => ({
    subject: '您的密码已更改',
    paragraphs: [
      `您账户的密码已于 ${time(changedAt)} 更改。`,
      '如果是您本人操作，您无需做任何事。如果不是，请立即设置新密码，您账户的所有会话将随之结束。',
    ],
    action: '不是我本人操作',
  }),
  new_device: ({ at, browser, system, network }, { time }) => ({
    subject: '有新设备登录了您的账户',
    paragraphs: [
      `${time(at)}，有人从一个此前未登录过您账户的浏览器登录：${system ?? '未知系统'} 上的 ${browser ?? '未知浏览器'}${network ? `，来自网络 ${network}` : ''}。`,
      '如果是您本人，无需处理。如果不是您，请结束该会话并更改密码。',
    ],
    action: '查看会话',
  }),
  change_email: () => ({
    subject: '请确认您的新邮箱地址',
    paragraphs: ['您申请将此地址用于您的 Kindred 账户。在此确认后即生效；链接在 24 小时内有效，只能使用一次。', IGNORE],
    action: '使用此地址',
  }),
  email_changing: ({ newAddress }) => ({
    subject: '您的邮箱地址即将更改',
    paragraphs: [
      `有人登录了您的账户，申请将其邮箱地址改为 ${newAddress}。该地址确认后即生效。`,
      '如果是您本人操作，您无需做任何事。如果不是，请立即更改密码，这一申请会随之撤销。',
    ],
    action: '更改密码',
  }),
  invitation: ({ organizationName, invitedBy, role, expiresAt }, { day }) => ({
    subject: `${invitedBy} 邀请您加入 ${organizationName}`,
    paragraphs: [
      `${invitedBy} 邀请您以${ROLES[role]}的身份加入 Kindred 上的组织 ${organizationName}。`,
      `链接只能使用一次，有效期至 ${day(expiresAt)}。它仅适用于此邮箱：请用此邮箱登录，或通过链接创建账户。`,
      '如果您不清楚此事，无需做任何操作。',
    ],
    action: '查看邀请',
  }),
  member_removed: ({ organizationName, removedBy }) => ({
    subject: `您已不再是 ${organizationName} 的成员`,
    paragraphs: [
      `${removedBy} 已将您移出 Kindred 上的组织 ${organizationName}，您无法再访问其中的任何内容。`,
      '您的账户以及您所在的其他组织不受影响。如果您认为这是误操作，请与对方联系。',
    ],
    action: '查看账户',
  }),
  role_changed: ({ organizationName, changedBy, before, role }) => ({
    subject: `您在 ${organizationName} 的角色已改为${ROLES[role]}`,
    paragraphs: [
      `${changedBy} 更改了您在 Kindred 上的组织 ${organizationName} 中的角色：由${ROLES[before]}改为${ROLES[role]}。`,
      '您在其中的权限随即相应变化。如果您认为这是误操作，请与对方联系。',
    ],
    action: '查看各角色的权限',
  }),
  domain_missing: ({ domain, record, endsAt }, { time }) => ({
    subject: `${domain} 的 DNS 记录已消失`,
    paragraphs: [
      `DNS 中已没有 TXT 记录 ${record}，该记录用于证明域名 ${domain} 属于您的组织。`,
      `如果到 ${time(endsAt)} 仍未恢复，该域名将不再视为已验证：其邮箱地址无法再使用单点登录，也不再必须使用。如需保留，请重新添加该记录。`,
    ],
    action: '查看记录',
  }),
  domain_lapsed: ({ domain, record }) => ({
    subject: `${domain} 已不再是已验证域名`,
    paragraphs: [
      `DNS 中的 TXT 记录 ${record} 已缺失七天。域名 ${domain} 不再视为您组织的域名：其邮箱地址无法再使用单点登录，也不再必须使用。`,
      '如需重新验证，请再次添加该记录，并在单点登录页面查找。',
    ],
    action: '查看记录',
  }),
  organization_deletion: ({ organizationName, deletesAt }, { time }) => ({
    subject: `${organizationName} 将被删除`,
    paragraphs: [
      `您的组织 ${organizationName} 将于 ${time(deletesAt)} 被删除，其项目、数据集、模型、密钥和成员也将一并删除。`,
      '在此之前一切照常运行，所有者可以取消删除，您也可以导出全部数据。付费订阅已经终止。',
    ],
    action: '取消删除或导出数据',
  }),
  organization_suspended: ({ organizationName, reason }) => ({
    subject: `${organizationName} 已被暂停`,
    paragraphs: [
      `您的组织 ${organizationName} 已被本平台的运营人员暂停。原因：${reason}`,
      '组织的 API 密钥将被拒绝，训练、导入和 Webhook 暂停等待。数据不会被删除：您仍可查看账单、导出全部内容并联系支持。',
    ],
    action: '查看组织',
  }),
  organization_restored: ({ organizationName }) => ({
    subject: `${organizationName} 已恢复`,
    paragraphs: [`您的组织 ${organizationName} 已解除暂停。API 密钥重新可用，等待中的任务将从原处继续。`],
    action: '继续使用',
  }),
  impersonation_started: ({ organizationName, operator, reason, endsAt }, { time }) => ({
    subject: `运营人员正在访问 ${organizationName}`,
    paragraphs: [
      `本平台的运营人员 ${operator} 进入了您的组织 ${organizationName}，以便看到您所看到的内容。原因：${reason}`,
      `访问将于 ${time(endsAt)} 自动结束。对方无法更改密钥、成员和账单，也无法导出或删除；其全部操作都会记入您的审计日志，您也可以在那里立即结束访问。`,
    ],
    action: '查看审计日志',
  }),
  limit_reached: ({ threshold, meter, limit, used, currency, whose, periodStart, periodEnd }, words) => {
    const amount = (value: string) =>
      meter === null ? words.money(value, currency) : `${words.number(value)} ${METERS[meter] ?? meter}`;
    const what = meter === null ? '支出上限' : '限额';
    return {
      subject: `${what}已用 ${threshold}%`,
      paragraphs: [
        `${WHOSE[whose.scope](whose.name)}的${what}为 ${amount(limit)}，已用 ${threshold}%：自 ${words.day(periodStart)} 起共用 ${amount(used)}。`,
        `${threshold === 100 ? '超出的调用将被拒绝' : '用完之前，调用照常答复'}。账期于 ${words.day(periodEnd)}（UTC）结束。`,
      ],
      action: '调整限额或套餐',
    };
  },
  payment_failed: ({ invoice, amountDue, currency, nextAttemptAt }, { day, money }) => ({
    subject: `账单 ${invoice} 付款失败`,
    paragraphs: [
      `账单 ${invoice} 的 ${money(amountDue, currency)} 付款失败。`,
      nextAttemptAt
        ? `系统将于 ${day(nextAttemptAt)} 再次扣款。您也可以提前付款，或更换银行卡。`
        : '系统不会再自动扣款。请付款，或更换银行卡。',
    ],
    action: '支付账单',
  }),
  payment_overdue: ({ organizationName, stage, until }, { day }) => ({
    subject: `${organizationName}：付款已逾期`,
    paragraphs: [
      stage === 'read_only'
        ? `两周多来没有收到付款。付款之前，${organizationName} 不能更改或调用任何内容；仍可查看和导出，不会删除任何内容。`
        : stage === 'restricted'
          ? `一周多来没有收到付款。付款之前，${organizationName} 不能开始训练或导入；调用照常应答。`
          : `${organizationName} 有一笔付款失败，此后尚未付款。${day(until)}之前一切照常。`,
      stage === 'read_only'
        ? `${day(until)}订阅将结束，改为 Free 套餐。模型会保留。`
        : stage === 'restricted'
          ? `自${day(until)}起将不能更改或调用。`
          : '此后不能再开始训练或导入。',
    ],
    action: '付款或更换银行卡',
  }),
  invoice_issued: ({ number, total, credits = '0', amountDue, currency, periodStart, periodEnd }, { day, money }) => ({
    subject: `账单 ${number}：${money(total, currency)}`,
    paragraphs: [
      `${day(periodStart)}至${day(periodEnd)}（UTC）账期的账单 ${number} 共计 ${money(total, currency)}。`,
      ...(Number(credits) > 0 ? [`其中 ${money(credits, currency)} 由抵扣金支付。`] : []),
      Number(amountDue) > 0
        ? `应付金额：${money(amountDue, currency)}，收到账单后即应支付。`
        : Number(credits) > 0
          ? '无需付款。'
          : '无需付款：合计金额为您的余额。',
      '各计量项的费用明细和账单 PDF 可在账单页面查看。',
    ],
    action: '查看账单',
  }),
  credit_note_issued: ({ number, invoiceNumber, kind, amount, asCredits, currency, reason }, { money }) => ({
    subject: `贷记单 ${number}：${money(amount, currency)}`,
    paragraphs: [
      kind === 'credit'
        ? `账单 ${invoiceNumber} 的应付金额已减免 ${money(amount, currency)}。`
        : `您为账单 ${invoiceNumber} 支付的款项将退回 ${money(amount, currency)}。`,
      ...(Number(asCredits ?? 0) > 0 ? [`其中 ${money(asCredits!, currency)} 由抵扣金支付，已退回抵扣金。`] : []),
      `原因：${reason}`,
    ],
    action: '查看账单',
  }),
  price_change: ({ organizationName, plan, monthlyFee, currency, at, isReminder }, { day, money }) => ({
    subject: `${isReminder ? '一周后' : `${day(at)}起`}，${plan} 套餐将采用新价格`,
    paragraphs: [
      `自${day(at)}（UTC）起，您的组织 ${organizationName} 的 ${plan} 套餐将采用新价格：每月 ${money(monthlyFee, currency)}。新的用量价格见“账单”页。`,
      '在此之前一切不变，不会有任何一个月重复收费。您可以在该日之前在同一页面更换套餐，或改回 Free 套餐。',
    ],
    action: '查看新价格',
  }),
  price_change_called_off: ({ organizationName, plan, monthlyFee, currency }, { money }) => ({
    subject: `${plan} 套餐的价格不变`,
    paragraphs: [
      `我们曾通知您，组织 ${organizationName} 的 ${plan} 套餐将采用新价格。该价格已撤回：您的套餐继续按现有价格收费，每月 ${money(monthlyFee, currency)}。`,
    ],
    action: '查看账单',
  }),
  credit_top_up_stopped: ({ amount, currency }, { money }) => ({
    subject: '抵扣金的自动充值已停止',
    paragraphs: [
      `抵扣金不足，而保存的银行卡无法支付 ${money(amount, currency)}。`,
      '在您重新设置自动充值之前，不会再自动购买。超出抵扣金的用量会计入下一张账单。',
    ],
    action: '查看抵扣金',
  }),
  plan_paused: ({ plan, until, monthlyFee, currency }, { day, money }) => ({
    subject: `${plan} 套餐已暂停`,
    paragraphs: [
      `${plan} 套餐已暂停：从现在起适用 Free 套餐的包含量和上限，不收取月费。您的模型和数据都会保留。`,
      `套餐将于${day(until)}（UTC）自动恢复，每月 ${money(monthlyFee, currency)}。在此之前，您可以随时在“账单”页面恢复套餐，或选择 Free 以终止套餐。`,
    ],
    action: '查看套餐',
  }),
  plan_resuming: ({ plan, until, monthlyFee, currency }, { day, money }) => ({
    subject: `${plan} 套餐将于${day(until)}恢复`,
    paragraphs: [
      `${plan} 套餐的暂停将于${day(until)}（UTC）结束。此后每月从您的银行卡收取 ${money(monthlyFee, currency)}。`,
      '在此之前于“账单”页面选择 Free，即无需支付月费。',
    ],
    action: '查看套餐',
  }),
  credits_taken_back: ({ amount, owed, currency }, { money }) => ({
    subject: '抵扣金已被收回',
    paragraphs: [
      `您为抵扣金支付的 ${money(amount, currency)} 已退回您的银行卡，或您的银行正在要求退回。这些抵扣金的剩余部分不能再使用。`,
      ...(Number(owed) > 0 ? [`其中 ${money(owed, currency)} 已被使用，会计入您的下一张账单。`] : []),
      '如果银行驳回该要求，抵扣金会恢复。',
    ],
    action: '查看抵扣金',
  }),
  trial_refused: ({ plan }) => ({
    subject: `无法试用 ${plan}：该银行卡已试用过`,
    paragraphs: [
      `您填写的银行卡已在另一个组织中试用过：每张卡只能试用一次。因此 ${plan} 套餐没有开始，也没有收取任何费用。`,
      '您目前使用 Free 套餐。如需从第一天起付费使用，请在“账单”页面再次选择套餐。',
    ],
    action: '查看套餐',
  }),
  trial_ending: ({ plan, endsAt, nextPlan, monthlyFee, currency }, { day, money }) => ({
    subject: `${plan} 套餐的试用将于${day(endsAt)}结束`,
    paragraphs: [
      `${plan} 套餐的试用将于${day(endsAt)}（UTC）结束。此后 ${nextPlan} 套餐每月从您的银行卡收取 ${money(monthlyFee, currency)}。`,
      '在此之前于“账单”页面选择 Free，即无需支付月费。超出套餐包含量的用量照常计费。',
    ],
    action: '查看套餐',
  }),
  api_key_leaked: ({ prefix, url }) => ({
    subject: `API 密钥 ${prefix}… 已公开泄露，现已吊销`,
    paragraphs: [
      `GitHub 的密钥扫描在公开位置发现了 API 密钥 ${prefix}…，位于 ${url}`,
      '该密钥已立即吊销：使用它的程序现在会收到 401。请创建新密钥，并在请求日志中检查是否有不属于您的调用。',
    ],
    action: '创建新密钥',
  }),
  webhook_disabled: ({ url, reason, days }) => ({
    subject: '一个 Webhook 端点已被停用',
    paragraphs: [
      `Webhook 端点 ${url} 已被停用，不再向其发送消息。${
        reason === 'gone' ? '它答复了 410 Gone。' : `连续 ${days} 天所有投递均失败。`
      }`,
      '待其恢复正常后，请重新启用并重发失败的投递。',
    ],
    action: '查看端点',
  }),
  url_source_paused: ({ url, failures, error }) => ({
    subject: '已停止抓取一个文件',
    paragraphs: [
      `连续 ${failures} 次无法取得 ${url} 处的文件，因此不再从该地址抓取。最近一次的原因：${error}`,
      '数据集保留现有的行。待该地址恢复后，手动运行该来源即可继续。',
    ],
    action: '查看数据集',
  }),
};
