//! Names of people and services. Nobody is called like this.

/// Given names.
pub(super) const GIVEN: [&str; 32] = [
    "Aldra", "Bexo", "Corvin", "Dwyla", "Emrik", "Fennie", "Gorlan", "Hestra", "Ivwen", "Jorrim", "Kestra", "Lumo",
    "Mirtha", "Nelvin", "Orsola", "Pavrik", "Quilla", "Rontus", "Sabeth", "Tolven", "Ulmira", "Vessin", "Wendric",
    "Xanthy", "Yorvald", "Zephra", "Brindle", "Caswen", "Delphor", "Ettrin", "Farrow", "Gildas",
];

/// Family names.
pub(super) const FAMILY: [&str; 32] = [
    "Ambershaw",
    "Brackenfold",
    "Cinderholt",
    "Dapplewick",
    "Elmsgrave",
    "Fallowmere",
    "Gantlebrook",
    "Harrowfen",
    "Inkberrow",
    "Jasperlow",
    "Kettlemoor",
    "Larkhollow",
    "Mossgarth",
    "Nettleby",
    "Oakenshade",
    "Pebblecroft",
    "Quenchwell",
    "Rushbarrow",
    "Sedgewyn",
    "Thistledown",
    "Umberfield",
    "Vexley",
    "Wrenhurst",
    "Yarrowgate",
    "Zellwood",
    "Birchmantle",
    "Cloverstead",
    "Dunlarch",
    "Fernhaugh",
    "Greyloch",
    "Hazelrigg",
    "Ivorsten",
];

/// What services of a team are about; a service is called after one of these and one of [`KINDS`].
const THINGS: [(&str, [&str; 6]); 21] = [
    ("checkout", ["basket", "voucher", "receipt", "order", "gift-wrap", "tax"]),
    ("search", ["query", "ranking", "synonym", "facet", "autocomplete", "crawl"]),
    ("accounts", ["profile", "login", "consent", "avatar", "session", "address-book"]),
    ("payments", ["invoice", "refund", "wallet", "chargeback", "payout", "settlement"]),
    ("listings", ["listing", "photo", "category", "attribute", "moderation", "seller"]),
    ("delivery", ["shipment", "carrier", "pickup", "route", "label", "customs"]),
    ("pricing", ["price", "discount", "margin", "currency", "promotion", "forecast"]),
    ("loyalty", ["points", "reward", "badge", "tier", "streak", "bonus"]),
    ("platform", ["portal", "pipeline", "registry", "cluster", "vault", "metrics"]),
    ("returns", ["parcel-back", "inspection", "restock", "claim", "warranty", "repair"]),
    ("support", ["case", "chat", "callback", "macro", "escalation", "feedback"]),
    ("fraud", ["risk", "device", "velocity", "blocklist", "review-queue", "signal"]),
    ("catalogue", ["product", "brand", "variant", "barcode", "bundle", "size-chart"]),
    ("media", ["image", "video", "thumbnail", "caption", "watermark", "upload"]),
    ("mail", ["newsletter", "template-mail", "bounce", "unsubscribe", "digest", "postmark"]),
    ("reports", ["ledger", "export", "cohort", "funnel", "snapshot", "scorecard"]),
    ("partners", ["contract", "onboarding", "payout-share", "storefront", "referral", "quota-share"]),
    ("warehouse", ["shelf", "picking", "packing", "stock", "inbound", "cycle-count"]),
    ("identity", ["token", "mfa", "directory", "role", "passkey", "audit"]),
    ("ads", ["campaign", "bid", "creative", "audience", "impression", "budget"]),
    ("mobile", ["push", "deeplink", "crash", "release-note", "offline", "widget"]),
];

/// Teams that a company may have, in the order in which they are founded; the platform team is not among them.
pub(super) fn product_teams() -> impl Iterator<Item = &'static str> {
    THINGS.iter().map(|(team, _)| *team).filter(|team| *team != "platform")
}

/// What the services of a team are about.
pub(super) fn things(team: &str) -> [&'static str; 6] {
    THINGS.iter().find(|(known, _)| *known == team).map_or(THINGS[0].1, |(_, things)| *things)
}

/// Kinds of services.
pub(super) const KINDS: [&str; 4] = ["api", "worker", "sync", "feed"];

/// What a platform team is asked, beside what belongs to a journey; none of it reads like a request for access or a secret.
pub(super) const QUESTIONS: [(&str, &str); 6] = [
    ("pipeline", "Pipeline stuck for {}"),
    ("quota", "More memory for {}"),
    ("network", "Timeouts between {} and its database"),
    ("question", "How do I roll back {}?"),
    ("logs", "Logs of {} are missing"),
    ("certificate", "Certificate of {} runs out"),
];

/// Tickets that name no service.
pub(super) const ELSEWHERE: [&str; 6] = [
    "Laptop does not wake up",
    "VPN drops every hour, again",
    "Build is slow on Mondays",
    "Who owns the \"shared\" cluster?",
    "Licence for the profiler",
    "Badge reader on floor 3",
];
