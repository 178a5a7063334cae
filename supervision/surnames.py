"""Chinese family names, by which a person's name is told from other words.

The common single names of the Hundred Family Names and of today's registers, simplified and traditional, and the
compound ones. A rare one that is missing costs a name found by its label, never the party's own name.
"""

from typing import Final

HAN: Final = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""The Han characters, as the inside of a regular expression's character class."""

SINGLE_SURNAMES: Final[frozenset[str]] = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安"
    "颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲"
    "成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫嵺"
    "苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝巩稽井练仲乐虞卞封竺冼原"
    "官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥和蔺云昌凤酆柏元平和狄麻支昝裘缪干宣贲杭诸钮嵇滑荣荀羊"
    "於惠曲家羿储汲邴松富乌焦巴弓牧隗山宓蓬郗班仰秋伊暴钭厉戎祖束幸韶蒲邰从鄂索咸籍慕茹宦鱼容慎戈庾暨居衡步耿满弘"
    "寇广禄阙东殴殳沃利蔚越夔隆师厍晁勾融訾阚毋沙乜养须巢蒯相後红权逯盍益桓公仝税种展药撒萨帖闪修阴"
    "肖闫付代邝尚逄占付青尧初亓由蹇敬郄呼揣豆郏芮羌仉佘佴佟双言福粟线矫缑綦藏訾谯豆贡轩邓郸鹿麦麻黑齐晁敏母鲜"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻餘鍾範陸鄒龍萬錢湯賀賴龔龐蘭顏倪嚴蘆韋畢聶叢嶽莊塗時關費紀項陽"
    "衛單寧閔強車邊饒晉褚簡婁蓋黨談連欒鬱計竇遲馮鞏練樂虞楓應銀雲鳳紮賁諸鈕滑榮儲烏幹厲從慶魚滿廣祿闕東師鞏勾權"
    "華瞿顧鮑譚陰戴鄔鄺勞佘麥齊魯葛薑喬譙貢軒鄲劍閆"
)

_COMPOUND: Final = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 "
    "濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 "
    "公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 "
    "微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 "
    "南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 吴铭 完颜 纳兰 叶赫 爱新 歐陽 東方 獨孤 南宮 "
    "萬俟 聞人 諸葛 尉遲 赫連 澹臺 濮陽 公孫 仲孫 鍾離 長孫 鮮于 司馬 軒轅"
)
COMPOUND_SURNAMES: Final[frozenset[str]] = frozenset(_COMPOUND.split())
