// Signs for others as the reference's oasis-remote-signer does, with its own packages: the key of
// an entity in a folder, for whoever shows the client's certificate. Tells its address.
package main

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"github.com/oasisprotocol/oasis-core/go/common/crypto/signature"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/signature/signers/file"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/signature/signers/remote"
	"github.com/oasisprotocol/oasis-core/go/common/crypto/tls"
	"github.com/oasisprotocol/oasis-core/go/common/grpc"
	"github.com/oasisprotocol/oasis-core/go/common/grpc/auth"
	"github.com/oasisprotocol/oasis-core/go/common/identity"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	return value
}

// freePort is taken by nobody right now.
func freePort() uint16 {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	defer listener.Close()
	return uint16(listener.Addr().(*net.TCPAddr).Port)
}

func main() {
	folder := os.Args[1]
	certificateOf := func(name string) []byte {
		cert := filepath.Join(folder, name+"_cert.pem")
		key := filepath.Join(folder, name+"_key.pem")
		return must(tls.LoadOrGenerate(cert, key, name)).Certificate[0]
	}
	certificateOf("remote-signer-server")
	client := must(x509.ParseCertificate(certificateOf("remote-signer-client")))
	server := must(tls.Load(
		filepath.Join(folder, "remote-signer-server_cert.pem"),
		filepath.Join(folder, "remote-signer-server_key.pem"),
	))

	factory := must(file.NewFactory(folder, signature.SignerEntity))
	must(factory.Generate(signature.SignerEntity, rand.Reader))

	allowed := auth.NewPeerCertAuthenticator()
	allowed.AllowPeerCertificate(client)
	port := freePort()
	listener := must(grpc.NewServer(&grpc.ServerConfig{
		Name:             "remote-signer",
		Port:             port,
		Identity:         identity.WithTLSCertificate(server),
		AuthFunc:         allowed.AuthFunc,
		ClientCommonName: "remote-signer-client",
	}))
	signature.UnsafeAllowUnregisteredContexts()
	remote.RegisterService(listener.Server(), factory)
	must(0, listener.Start())
	fmt.Printf("listening 127.0.0.1:%d\n", port)
	_, _ = io.Copy(io.Discard, os.Stdin)
}
