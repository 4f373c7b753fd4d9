package main

import (
	"context"
	//{{tls}}
	"fmt"
	"log"
	//{{file}}

	"github.com/twmb/franz-go/pkg/kgo"
	//{{sasl}}
)

func main() {
	//{{before}}
	client, err := kgo.NewClient(
		kgo.SeedBrokers("{{address}}"),
		//{{security}}
		kgo.ClientID("my-go-app"),
		kgo.AllowAutoTopicCreation(),
		kgo.ConsumerGroup("my-go-app"),
		kgo.ConsumeTopics("hello"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx := context.Background()
	record := &kgo.Record{Topic: "hello", Key: []byte("greeting"), Value: []byte("Hello from Go")}
	if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
		log.Fatal(err)
	}
	for {
		client.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
			fmt.Printf("%s-%d %d %s\n", r.Topic, r.Partition, r.Offset, r.Value)
		})
	}
}
