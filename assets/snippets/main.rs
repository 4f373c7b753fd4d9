use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Message};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings = ClientConfig::new();
    settings.set("bootstrap.servers", "{{address}}");
    //{{security}}
    settings.set("client.id", "my-rust-app");

    let producer: BaseProducer = settings.create()?;
    let record = BaseRecord::to("hello").key("greeting").payload("Hello from Rust");
    producer.send(record).map_err(|(error, _)| error)?;
    producer.flush(Duration::from_secs(10))?;

    settings.set("group.id", "my-rust-app").set("auto.offset.reset", "earliest");
    let consumer: BaseConsumer = settings.create()?;
    consumer.subscribe(&["hello"])?;
    for message in consumer.iter() {
        let message = message?;
        let value = String::from_utf8_lossy(message.payload().unwrap_or_default());
        println!("{}-{} {} {value}", message.topic(), message.partition(), message.offset());
    }
    Ok(())
}
