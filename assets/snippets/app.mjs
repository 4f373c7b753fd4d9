//{{file}}
import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";

const settings = {
  bootstrapBrokers: ["{{address}}"],
  //{{security}}
  clientId: "my-node-app",
};

const producer = new Producer({ ...settings, autocreateTopics: true, serializers: stringSerializers });
await producer.send({ messages: [{ topic: "hello", key: "greeting", value: "Hello from Node" }] });
await producer.close();

const consumer = new Consumer({ ...settings, groupId: "my-node-app", deserializers: stringDeserializers });
const stream = await consumer.consume({ topics: ["hello"], mode: "committed", fallbackMode: "earliest" });
for await (const message of stream) {
  console.log(`${message.topic}-${message.partition} ${message.offset} ${message.value}`);
}
