/// The load generator of the I/O benchmarks, and an epoll server with nothing above the system calls as the limit.
package databridge.pyloop.loadgen;
