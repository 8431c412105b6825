import { Random } from '../../compute/random/kernel.js';
import { pick, type SyntheticChoice } from './world.js';

/** Of each class what is said; {thing} and {number} are filled in. */
const CLASSES = {
  en: {
    delivery: ['where is my {thing}', 'when does my {thing} arrive', 'my parcel with the {thing} is late'],
    refund: ['I want my money back for the {thing}', 'please refund order {number}', 'how do I return the {thing}'],
    invoice: [
      'I need an invoice for order {number}',
      'the receipt for my {thing} is missing',
      'please bill our company',
    ],
    account: ['I cannot log in', 'how do I change my password', 'please delete my account {number}'],
    broken: ['the {thing} does not work', 'my {thing} arrived broken', 'a part of the {thing} is cracked'],
    stock: ['when is the {thing} available again', 'do you still have the {thing}', 'is the {thing} sold out'],
    price: ['is there a discount on the {thing}', 'why is the {thing} so expensive', 'my voucher {number} is refused'],
    praise: ['the {thing} is wonderful', 'thank you for the quick help', 'I love my new {thing}'],
  },
  zh: {
    物流: ['我的{thing}到哪里了', '{thing}什么时候能送到', '装{thing}的包裹还没到'],
    退款: ['{thing}我想退款', '请给订单{number}退款', '怎么退回{thing}'],
    发票: ['订单{number}需要开发票', '{thing}的收据找不到了', '请给公司开票'],
    账户: ['我登录不了', '怎么修改密码', '请注销我的账户{number}'],
    故障: ['{thing}用不了', '收到的{thing}是坏的', '{thing}有个零件裂了'],
    库存: ['{thing}什么时候有货', '还有{thing}吗', '{thing}卖完了吗'],
    价格: ['{thing}有折扣吗', '{thing}为什么这么贵', '优惠码{number}用不了'],
    好评: ['{thing}太棒了', '谢谢你们这么快帮忙', '我很喜欢新买的{thing}'],
  },
};
const THINGS = {
  en: ['kettle', 'lamp', 'tent', 'guitar', 'desk', 'robot', 'coat', 'phone', 'bicycle', 'camera'],
  zh: ['水壶', '台灯', '帐篷', '吉他', '书桌', '机器人', '外套', '手机', '自行车', '相机'],
};
const OPENINGS = { en: ['', 'hello ', 'hi there ', 'excuse me '], zh: ['', '你好，', '请问，', '麻烦一下，'] };
const CLOSINGS = { en: ['', ' please', ' thanks', ' today', ' again'], zh: ['', '，谢谢', '，急', '，麻烦了'] };

/** What customers of a shop write, with what it is about, each class as often as any other. */
export function* makeTexts({ rows, seed, language }: SyntheticChoice): Generator<string> {
  const random = Random.seeded(seed);
  const classes = Object.entries(CLASSES[language]);
  yield 'text,label,language\n';
  for (let row = 0; row < rows; row++) {
    const [label, templates] = pick(random, classes);
    const said = pick(random, templates)
      .replace('{thing}', pick(random, THINGS[language]))
      .replace('{number}', String(1_000 + Math.floor(9_000 * random.uniform())));
    yield `${pick(random, OPENINGS[language])}${said}${pick(random, CLOSINGS[language])},${label},${language}\n`;
  }
}
