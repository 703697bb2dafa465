import type {
  Category,
  Exclusion,
  IntactnessCode,
  IntactStandard,
  LossTerm,
  Severity,
  Standing,
} from "../catalog.ts";
import type { CaseType, Reason } from "../request.ts";
import type { ParcelStatus } from "../tracking.ts";
import type { ReturnInspection } from "./input.ts";
import type { FlawOrigin } from "./inspections.ts";
import type { BilingualText, Party } from "./verdict.ts";

/** How the closed values that facts take are said to people. */

const text = (zh: string, en: string): BilingualText => ({ "zh-CN": zh, en });

export const caseTypeWords: { readonly [type in CaseType]: BilingualText } = {
  refund_only: text("仅退款", "refund only"),
  return_and_refund: text("退货退款", "return and refund"),
  exchange: text("换货", "exchange"),
  repair: text("维修", "repair"),
  resend: text("补寄", "sending again"),
};

export const reasonKindWords: { readonly [kind in "change_of_mind" | "fault"]: BilingualText } = {
  change_of_mind: text("无理由", "change of mind"),
  fault: text("商品或服务问题", "fault"),
};

export const reasonWords: { readonly [reason in Reason]: BilingualText } = {
  CHANGED_MIND: text("不想要了", "changed mind"),
  BETTER_PRICE_FOUND: text("价格更优", "better price found"),
  SIZE_TOO_SMALL: text("尺码偏小", "size too small"),
  SIZE_TOO_LARGE: text("尺码偏大", "size too large"),
  COLOR: text("颜色不喜欢", "colour not liked"),
  STYLE: text("款式不喜欢", "style not liked"),
  ORDERED_WRONG_ITEM: text("拍错了", "ordered the wrong item"),
  DEFECTIVE: text("质量问题", "defective"),
  NOT_AS_DESCRIBED: text("与描述不符", "not as described"),
  WRONG_ITEM: text("发错货", "wrong item sent"),
  COUNTERFEIT: text("假冒商品", "counterfeit"),
  EXPIRED: text("已过期", "expired"),
  DAMAGED_ON_ARRIVAL: text("收到时破损", "damaged on arrival"),
  MISSING_PART: text("少件", "part missing"),
  EMPTY_PACKAGE: text("空包裹", "empty package"),
  NOT_DELIVERED: text("未收到货", "not delivered"),
  DELIVERED_LATE: text("延迟送达", "delivered late"),
};

export const categoryWords: { readonly [category in Category]: BilingualText } = {
  clothing: text("服装", "clothing"),
  shoes: text("鞋靴", "shoes"),
  bags: text("箱包", "bags"),
  jewellery: text("珠宝", "jewellery"),
  watches: text("腕表", "watches"),
  accessories: text("配饰", "accessories"),
  electronics: text("电子产品", "electronics"),
  cosmetics: text("美妆", "cosmetics"),
  food: text("食品", "food"),
  medical: text("医疗器械", "medical goods"),
  toys: text("玩具", "toys"),
  audio_video: text("音像制品及软件", "audio, video and software"),
  custom_made: text("定制商品", "custom-made goods"),
  perishable: text("鲜活易腐商品", "perishable goods"),
  periodicals: text("报纸期刊", "newspapers and periodicals"),
  other: text("其他商品", "other goods"),
};

export const partyWords: { readonly [party in Party]: BilingualText } = {
  merchant: text("商户", "the merchant"),
  platform: text("平台", "the platform"),
  carrier: text("承运商", "the carrier"),
  buyer: text("买家", "the buyer"),
};

export const parcelStatusWords: { readonly [status in ParcelStatus]: BilingualText } = {
  registered: text("已下单", "registered"),
  picked_up: text("已揽收", "picked up"),
  in_transit: text("运输中", "in transit"),
  out_for_delivery: text("派送中", "out for delivery"),
  exception: text("异常", "exception"),
  damaged: text("破损", "damaged"),
  lost: text("承运商已报丢失", "reported lost by the carrier"),
  refused: text("拒收", "refused"),
  returning: text("退回中", "on the way back to the sender"),
  returned: text("已退回", "returned to the sender"),
  delivered: text("已签收", "delivered"),
};

export const inspectorWords: { readonly [inspector in ReturnInspection["inspectedBy"]]: BilingualText } = {
  warehouse: text("仓库", "the warehouse"),
  merchant: text("商户", "the merchant"),
  silence: text("无人验收", "nobody"),
};

export const worstFlawWords: { readonly [severity in Severity | "none"]: BilingualText } = {
  none: text("无", "none"),
  minor: text("轻微", "minor"),
  moderate: text("中等", "moderate"),
  severe: text("严重", "severe"),
};

export const flawOriginWords: { readonly [origin in FlawOrigin]: BilingualText } = {
  existed_disclosed: text("原有且已披露", "existed and was disclosed"),
  existed_hidden: text("原有但未披露", "existed and was not disclosed"),
  arose_in_custody: text("保管期间产生", "arose in custody"),
  arose_in_transit: text("运输途中产生", "arose in transit"),
  arose_at_buyer: text("在买家处产生", "arose at the buyer"),
};

export const exclusionWords: { readonly [exclusion in Exclusion]: BilingualText } = {
  unsealing: text("拆封后影响安全健康或品质", "unsealing changes safety, health or quality"),
  activation: text("激活或试用后价值贬损较大", "activation or trial loses much value"),
  near_expiry: text("临近保质期", "near expiry"),
  disclosed_flaw: text("瑕疵已明示", "flaw disclosed"),
};

export const intactStandardWords: { readonly [standard in IntactStandard | "none"]: BilingualText } = {
  hygiene: text("一次性密封包装", "hygiene seal"),
  electronics: text("电子电器类", "electronics"),
  apparel: text("服装鞋包玩具类", "clothing, shoes, bags and toys"),
  media: text("音像制品封装", "sealed recordings"),
  none: text("无专门标准", "no standard of its own"),
};

export const intactnessWords: { readonly [code in IntactnessCode | "none"]: BilingualText } = {
  none: text("完好", "intact"),
  hygiene_seal_broken: text("密封包装已拆", "hygiene seal broken"),
  serial_altered: text("序列号被涂改", "serial number altered"),
  unauthorised_repair: text("未经授权维修", "unauthorised repair"),
  activation_data: text("有激活或使用数据", "activation or usage data"),
  worn: text("有使用痕迹", "worn"),
  stained: text("受污", "stained"),
  tag_removed: text("商标标识被摘", "tag removed"),
  media_seal_broken: text("音像制品封装已拆", "sealed recording opened"),
};

export const lossTermWords: { readonly [term in LossTerm]: BilingualText } = {
  price: text("全部售价", "the price"),
  price_less_commission: text("售价减佣金", "the price less commission"),
  market_value: text("市场价值", "the market value"),
  nothing: text("不赔付", "nothing"),
};

export const standingWords: { readonly [standing in Standing]: BilingualText } = {
  good: text("良好", "good"),
  watched: text("关注", "watched"),
  restricted: text("受限", "restricted"),
};
