"""The domain of a case whose row does not give one: by its agency's name, else by the statute it cites."""

from schema.vocabularies import Domain

# The first word found decides, so that the narrower one stands before the wider.
_AGENCY_WORDS: tuple[tuple[str, Domain], ...] = (
    ("生态环境", Domain.ENVIRONMENT),
    ("生態環境", Domain.ENVIRONMENT),
    ("环境保护", Domain.ENVIRONMENT),
    ("环保", Domain.ENVIRONMENT),
    ("环境局", Domain.ENVIRONMENT),
    ("食品药品", Domain.FOOD_DRUGS),
    ("药品监督", Domain.FOOD_DRUGS),
    ("食药", Domain.FOOD_DRUGS),
    ("药监", Domain.FOOD_DRUGS),
    ("自然资源", Domain.LAND),
    ("自然資源", Domain.LAND),
    ("国土", Domain.LAND),
    ("土地管理", Domain.LAND),
    ("林业", Domain.FORESTRY),
    ("林業", Domain.FORESTRY),
    ("林草", Domain.FORESTRY),
    ("森林", Domain.FORESTRY),
    ("农业", Domain.AGRICULTURE),
    ("畜牧", Domain.AGRICULTURE),
    ("渔业", Domain.AGRICULTURE),
    ("渔政", Domain.AGRICULTURE),
    ("市场监督", Domain.MARKET),
    ("市場監督", Domain.MARKET),
    ("市场监管", Domain.MARKET),
    ("市监", Domain.MARKET),
    ("工商", Domain.MARKET),
    ("质量技术监督", Domain.MARKET),
    ("质监", Domain.MARKET),
    ("住房", Domain.CONSTRUCTION),
    ("住建", Domain.CONSTRUCTION),
    ("城乡建设", Domain.CONSTRUCTION),
    ("城乡规划", Domain.CONSTRUCTION),
)

_STATUTE_WORDS: tuple[tuple[str, Domain], ...] = (
    ("环境保护法", Domain.ENVIRONMENT),
    ("污染防治法", Domain.ENVIRONMENT),
    ("污染环境防治法", Domain.ENVIRONMENT),
    ("环境影响评价法", Domain.ENVIRONMENT),
    ("排污许可", Domain.ENVIRONMENT),
    ("建设项目环境保护", Domain.ENVIRONMENT),
    ("食品安全法", Domain.FOOD_DRUGS),
    ("药品管理法", Domain.FOOD_DRUGS),
    ("医疗器械", Domain.FOOD_DRUGS),
    ("化妆品", Domain.FOOD_DRUGS),
    ("土地管理法", Domain.LAND),
    ("矿产资源法", Domain.LAND),
    ("基本农田", Domain.LAND),
    ("森林法", Domain.FORESTRY),
    ("野生动物保护法", Domain.FORESTRY),
    ("森林防火", Domain.FORESTRY),
    ("农产品质量安全法", Domain.AGRICULTURE),
    ("农药", Domain.AGRICULTURE),
    ("兽药", Domain.AGRICULTURE),
    ("种子法", Domain.AGRICULTURE),
    ("动物防疫法", Domain.AGRICULTURE),
    ("渔业法", Domain.AGRICULTURE),
    ("长江保护法", Domain.AGRICULTURE),
    ("生猪屠宰", Domain.AGRICULTURE),
    ("广告法", Domain.MARKET),
    ("产品质量法", Domain.MARKET),
    ("商标法", Domain.MARKET),
    ("反不正当竞争法", Domain.MARKET),
    ("消费者权益保护法", Domain.MARKET),
    ("计量法", Domain.MARKET),
    ("价格法", Domain.MARKET),
    ("特种设备安全法", Domain.MARKET),
    ("城乡规划法", Domain.CONSTRUCTION),
    ("建筑法", Domain.CONSTRUCTION),
    ("建设工程质量", Domain.CONSTRUCTION),
)


def infer_domain(agency_domains: tuple[Domain, ...], agency_name: str, legal_basis: str | None) -> Domain:
    """The agency's only domain; else the one its name speaks of; else the cited statute's; else OTHER."""
    if len(agency_domains) == 1:
        return agency_domains[0]
    for word, domain in _AGENCY_WORDS:
        if word in agency_name:
            return domain
    for word, domain in _STATUTE_WORDS:
        if legal_basis and word in legal_basis:
            return domain
    return Domain.OTHER
