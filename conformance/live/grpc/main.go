// Talks gRPC through Go's own library, with a codec that passes bytes through under the name that
// the network's nodes use. `client <target>` asks and prints the answers; `server <target>` listens
// and answers until its input ends.
package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	spb "google.golang.org/genproto/googleapis/rpc/status"
)

const sizeMax = 104857600

type rawCodec struct{}

func (rawCodec) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (rawCodec) Name() string                  { return "cbor" }

// Unmarshal is as strict as the network's clients where no answer is expected.
func (rawCodec) Unmarshal(data []byte, v any) error {
	switch {
	case v != nil:
		*v.(*[]byte) = bytes.Clone(data)
	case data != nil:
		return fmt.Errorf("%d bytes for nobody", len(data))
	}
	return nil
}

func main() {
	switch os.Args[1] {
	case "client":
		client(os.Args[2])
	case "server":
		server(os.Args[2])
	}
}

// describe says how a call ended.
func describe(err error) string {
	s := status.Convert(err)
	details := ""
	for _, detail := range s.Proto().GetDetails() {
		details += " " + detail.TypeUrl + "=" + hex.EncodeToString(detail.Value)
	}
	return fmt.Sprintf("%d %q%s", s.Code(), s.Message(), details)
}

func client(target string) {
	conn, err := grpc.NewClient(target,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(
			grpc.ForceCodec(rawCodec{}),
			grpc.MaxCallRecvMsgSize(sizeMax+10),
			grpc.MaxCallSendMsgSize(sizeMax+10),
		))
	if err != nil {
		panic(err)
	}
	ask := func(name, path string, request []byte, opts ...grpc.CallOption) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		var answer []byte
		err := conn.Invoke(ctx, path, &request, &answer, opts...)
		same := bytes.Equal(request, answer)
		fmt.Printf("%s %s same=%v\n", name, describe(err), same)
	}
	for _, size := range []int{0, 1, 200, 16_384, 1_000_000, sizeMax} {
		ask(fmt.Sprintf("echo-%d", size), "/oasis-core.Test/Echo", bytes.Repeat([]byte{7}, size))
	}
	fmt.Printf("nothing %s\n", describe(conn.Invoke(context.Background(), "/oasis-core.Test/Nothing", nil, nil)))
	ask("too-large", "/oasis-core.Test/Echo", make([]byte, sizeMax+1))
	text := func(s string) []byte { return append([]byte{0x60 + byte(len(s))}, s...) }
	ask("coded", "/oasis-core.Test/Fail", text("coded"))
	ask("plain", "/oasis-core.Test/Fail", text("plain"))
	ask("status", "/oasis-core.Test/Fail", text("status"))
	ask("bad-cbor", "/oasis-core.Test/Fail", []byte{0xff})
	ask("missing", "/oasis-core.Test/Missing", []byte{0xf6})
	ask("no-method", "/oasis-core.Test/Nowhere", []byte{0xf6})
	ask("no-service", "/oasis-core.Nobody/Echo", []byte{0xf6})
	ask("no-path", "/Echo", []byte{0xf6})
	ask("compressed", "/oasis-core.Test/Echo", make([]byte, 2000), grpc.UseCompressor(gzip.Name))
	late, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	nothing, answer := []byte{0xf6}, []byte{}
	fmt.Printf("late %s\n", describe(conn.Invoke(late, "/oasis-core.Test/Wait", &nothing, &answer)))
	cancel()
	watch(conn, "watch", "/oasis-core.Test/Watch")
	watch(conn, "watch-fails", "/oasis-core.Test/FailWatching")
	fmt.Println("done")
}

// watch reads a stream to its end; or gives it up where the stream says so.
func watch(conn *grpc.ClientConn, name, path string) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, path)
	if err != nil {
		panic(err)
	}
	nothing := []byte{0xf6}
	_ = stream.SendMsg(&nothing)
	_ = stream.CloseSend()
	count, total := 0, 0
	for {
		var message []byte
		err := stream.RecvMsg(&message)
		if err == io.EOF {
			err = nil
			fmt.Printf("%s %s count=%d total=%d\n", name, describe(err), count, total)
			return
		}
		if err != nil {
			fmt.Printf("%s %s count=%d total=%d\n", name, describe(err), count, total)
			return
		}
		count++
		total += len(message)
	}
}

// answer is what the server does, by the last part of the path.
func answer(_ any, stream grpc.ServerStream) error {
	path, _ := grpc.MethodFromServerStream(stream)
	var request []byte
	if err := stream.RecvMsg(&request); err != nil {
		return err
	}
	switch path[strings.LastIndex(path, "/")+1:] {
	case "Echo":
		return stream.SendMsg(&request)
	case "Greet":
		md, _ := metadata.FromIncomingContext(stream.Context())
		said := []byte(strings.Join(md.Get("content-type"), ",") + " " + strings.Join(md.Get("x-test"), ","))
		return stream.SendMsg(&said)
	case "Fail":
		return status.FromProto(&spb.Status{
			Code:    int32(codes.Unknown),
			Message: "staking: balance too low: ü 50%",
			Details: []*anypb.Any{{Value: append([]byte{0xa2, 0x64}, "code\x0afmodule"+"gstaking"...)}},
		}).Err()
	case "Missing":
		return status.Error(codes.NotFound, "not here")
	case "Wait":
		<-stream.Context().Done()
		fmt.Println("released")
		return stream.Context().Err()
	case "Watch":
		for i := 0; i < 1000; i++ {
			message := bytes.Repeat([]byte{byte(i)}, i*10)
			if err := stream.SendMsg(&message); err != nil {
				return err
			}
		}
		return nil
	}
	return status.Error(codes.Unimplemented, "unknown")
}

func server(path string) {
	listener, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	s := grpc.NewServer(
		grpc.ForceServerCodec(rawCodec{}),
		grpc.MaxRecvMsgSize(sizeMax),
		grpc.UnknownServiceHandler(answer),
	)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		s.Stop()
	}()
	fmt.Println("listening")
	_ = s.Serve(listener)
}
