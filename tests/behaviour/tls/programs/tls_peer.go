// A TLS peer made with Go's own implementation: an echo server, or a client that checks the echo of random data.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/rand"
	"net"
	"os"
	"strconv"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func config(version, certificate, key string) *tls.Config {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	check(err)
	pem, err := os.ReadFile(certificate)
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	number := uint16(tls.VersionTLS12)
	if version == "TLSv1_3" {
		number = tls.VersionTLS13
	}
	return &tls.Config{
		Certificates: []tls.Certificate{pair},
		RootCAs:      roots,
		ServerName:   "localhost",
		MinVersion:   number,
		MaxVersion:   number,
		NextProtos:   []string{"echo"},
	}
}

// Writes data in random pieces.
func writePieces(connection io.Writer, data []byte, source *rand.Rand) {
	for len(data) > 0 {
		size := 1 + source.Intn(1+source.Intn(70000))
		if size > len(data) {
			size = len(data)
		}
		_, err := connection.Write(data[:size])
		check(err)
		data = data[size:]
	}
}

func client(address string, size int, config *tls.Config) {
	connection, err := tls.Dial("tcp", address, config)
	check(err)
	source := rand.New(rand.NewSource(int64(size)))
	data := make([]byte, size)
	source.Read(data)
	go writePieces(connection, data, source)
	echo := make([]byte, size)
	_, err = io.ReadFull(connection, echo)
	check(err)
	if !bytes.Equal(data, echo) {
		fmt.Fprintln(os.Stderr, "the echo differs")
		os.Exit(1)
	}
	fmt.Println(connection.ConnectionState().NegotiatedProtocol)
	check(connection.CloseWrite())
	// The other side's close_notify is the orderly end.
	_, err = connection.Read(echo)
	if err != io.EOF {
		check(fmt.Errorf("instead of the end: %v", err))
	}
	check(connection.Close())
}

func server(config *tls.Config) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	plain, err := listener.Accept()
	check(err)
	connection := tls.Server(plain, config)
	source := rand.New(rand.NewSource(1))
	buffer := make([]byte, 100000)
	for {
		count, err := connection.Read(buffer[:1+source.Intn(len(buffer))])
		if err == io.EOF {
			break
		}
		check(err)
		writePieces(connection, buffer[:count], source)
	}
	check(connection.Close())
	fmt.Println("ended")
}

func main() {
	settings := config(os.Args[2], os.Args[3], os.Args[4])
	if os.Args[1] == "server" {
		server(settings)
		return
	}
	size, err := strconv.Atoi(os.Args[6])
	check(err)
	client(os.Args[5], size, settings)
}
