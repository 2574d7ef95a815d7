// One upload or download by the AWS SDK for Go, for bench/store.mjs. Arguments: put or get, bucket, key, file.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const partBytes = 16 * 1024 * 1024

func main() {
	verb, bucket, key, name := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	check(err)
	client := s3.NewFromConfig(settings, func(o *s3.Options) { o.UsePathStyle = true })
	manager := transfermanager.New(client, func(o *transfermanager.Options) {
		o.PartSizeBytes = partBytes
		o.Concurrency = 4
	})
	if verb == "put" {
		file, err := os.Open(name)
		check(err)
		_, err = manager.UploadObject(ctx, &transfermanager.UploadObjectInput{
			Bucket: aws.String(bucket), Key: aws.String(key), Body: file,
		})
		check(err)
		return
	}
	file, err := os.Create(name)
	check(err)
	_, err = manager.DownloadObject(ctx, &transfermanager.DownloadObjectInput{
		Bucket: aws.String(bucket), Key: aws.String(key), WriterAt: file,
	})
	check(err)
	check(file.Close())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
