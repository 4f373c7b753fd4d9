from confluent_kafka import Consumer, Producer

settings = {
    "bootstrap.servers": "{{address}}",
    #{{security}}
    "client.id": "my-python-app",
}

producer = Producer(settings)
producer.produce("hello", key="greeting", value="Hello from Python")
producer.flush()

group = {"group.id": "my-python-app", "auto.offset.reset": "earliest"}
consumer = Consumer({**settings, **group})
consumer.subscribe(["hello"])
while True:
    message = consumer.poll(1.0)
    if message and not message.error():
        place = f"{message.topic()}-{message.partition()} {message.offset()}"
        print(place, message.value().decode(), flush=True)
