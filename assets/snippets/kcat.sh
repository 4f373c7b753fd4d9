echo "greeting:Hello from kcat" |
  kcat -P -b {{address}} -t hello -K : \
    #{{security}}
    -X client.id=my-kcat

kcat -b {{address}} -G my-kcat \
    #{{security}}
  -X client.id=my-kcat -X auto.offset.reset=earliest hello
