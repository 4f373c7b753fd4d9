//! The list of placeholders: what the window offers to insert, and what the tests try one by one.

/// A group of placeholders, a heading in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    Counting,
    Numbers,
    Choices,
    Times,
    Identity,
    People,
    Places,
    Text,
}

impl Topic {
    pub const ALL: [Topic; 8] = [
        Self::Counting,
        Self::Numbers,
        Self::Choices,
        Self::Times,
        Self::Identity,
        Self::People,
        Self::Places,
        Self::Text,
    ];
}

/// One placeholder: its name, and the text that a click inserts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placeholder {
    pub topic: Topic,
    /// Also the end of the id of its explanation in the text catalogue.
    pub name: &'static str,
    /// A whole expression that renders as it stands.
    pub example: &'static str,
}

const fn p(topic: Topic, name: &'static str, example: &'static str) -> Placeholder {
    Placeholder { topic, name, example }
}

/// All of them, by topic.
pub const PLACEHOLDERS: &[Placeholder] = &[
    p(Topic::Counting, "n", "{{ n }}"),
    p(Topic::Counting, "counter", "{{ counter(\"order\", start=1000) }}"),
    p(Topic::Counting, "key", "{{ key }}"),
    p(Topic::Numbers, "int", "{{ int(1, 100) }}"),
    p(Topic::Numbers, "float", "{{ float(5, 80, 2) }}"),
    p(Topic::Numbers, "normal", "{{ normal(50, 10, 2) }}"),
    p(Topic::Numbers, "exponential", "{{ exponential(30, 1) }}"),
    p(Topic::Numbers, "walk", "{{ walk(\"temperature\", 20, 0.3) }}"),
    p(Topic::Numbers, "bool", "{{ bool(0.8) | tojson }}"),
    p(Topic::Choices, "choice", "{{ choice(\"red\", \"green\", \"blue\") }}"),
    p(Topic::Choices, "weighted", "{{ weighted({\"card\": 7, \"cash\": 2, \"voucher\": 1}) }}"),
    p(Topic::Times, "now", "{{ now }}"),
    p(Topic::Times, "iso", "{{ iso(now) }}"),
    p(Topic::Times, "time", "{{ time(now, \"%Y-%m-%d\") }}"),
    p(Topic::Times, "ago", "{{ iso(ago(3600)) }}"),
    p(Topic::Identity, "uuid", "{{ uuid() }}"),
    p(Topic::Identity, "hex", "{{ hex(8) }}"),
    p(Topic::Identity, "ip", "{{ ip() }}"),
    p(Topic::People, "name", "{{ name() }}"),
    p(Topic::People, "name-zh", "{{ name(\"zh\") }}"),
    p(Topic::People, "first_name", "{{ first_name() }}"),
    p(Topic::People, "last_name", "{{ last_name() }}"),
    p(Topic::People, "user_name", "{{ user_name() }}"),
    p(Topic::People, "email", "{{ email() }}"),
    p(Topic::People, "phone", "{{ phone() }}"),
    p(Topic::People, "company", "{{ company() | tojson }}"),
    p(Topic::Places, "city", "{{ city() | tojson }}"),
    p(Topic::Places, "street", "{{ street() | tojson }}"),
    p(Topic::Places, "country", "{{ country() | tojson }}"),
    p(Topic::Places, "country_code", "{{ country_code() }}"),
    p(Topic::Places, "latitude", "{{ latitude() }}"),
    p(Topic::Places, "longitude", "{{ longitude() }}"),
    p(Topic::Text, "word", "{{ word() }}"),
    p(Topic::Text, "words", "{{ words(8) }}"),
    p(Topic::Text, "tojson", "{{ name() | tojson }}"),
    p(Topic::Text, "if", "{% if n % 10 == 0 %}\"tenth\"{% else %}null{% endif %}"),
];

/// A template to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Also the end of the id of its title in the text catalogue.
    pub name: &'static str,
    pub key: &'static str,
    pub value: &'static str,
}

/// Templates to begin with; each gives JSON.
pub const EXAMPLES: &[Example] = &[
    Example {
        name: "orders",
        key: "ord-{{ counter(\"order\", start=88001) }}",
        value: r#"{
  "order": {{ key | tojson }},
  "customer": {{ name() | tojson }},
  "city": {{ city() | tojson }},
  "total": {{ normal(48, 17) }},
  "items": {{ int(1, 6) }},
  "payment": "{{ weighted({"card": 7, "transfer": 2, "voucher": 1}) }}",
  "at": "{{ iso(now) }}"
}"#,
    },
    Example {
        name: "sensors",
        key: "sensor-{{ int(1, 12) }}",
        value: r#"{
  "sensor": {{ key | tojson }},
  "temperature": {{ walk(key, 20, 0.4) }},
  "humidity": {{ normal(55, 6, 1) }},
  "battery_low": {{ bool(0.02) | tojson }},
  "at": {{ now }}
}"#,
    },
    Example {
        name: "clicks",
        key: "{{ user_name() }}",
        value: r#"{
  "session": "{{ uuid() }}",
  "user": {{ key | tojson }},
  "page": "{{ choice("/", "/search", "/cart", "/pay", "/help") }}",
  "millis": {{ exponential(180, 0) | int }},
  "ip": "{{ ip() }}",
  "at": "{{ iso(now) }}"
}"#,
    },
];
