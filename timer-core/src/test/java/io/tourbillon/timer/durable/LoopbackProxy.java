package io.tourbillon.timer.durable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network between a node and a server, which the test breaks: a proxy on the loopback address
 * that can stop to forward without closing a connection, reset connections, and delay. Thread-safe.
 */
final class LoopbackProxy implements AutoCloseable {
  private static final int CHUNK_BYTES = 65_536;

  private final ServerSocket listener;
  private final int serverPort;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private boolean requestsStall;
  private boolean answersStall;
  private volatile long delayMillis;

  private LoopbackProxy(ServerSocket listener, int serverPort) {
    this.listener = listener;
    this.serverPort = serverPort;
  }

  static LoopbackProxy to(int serverPort) throws IOException {
    LoopbackProxy proxy =
        new LoopbackProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), serverPort);
    Thread.ofPlatform().daemon().name("proxy").start(proxy::accept);
    return proxy;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Forwards nothing from now on. Connections stay, and new ones are accepted. */
  void stall() {
    stall(true, true);
  }

  /** Forwards what clients send, and not what the server answers. */
  void stallAnswers() {
    stall(false, true);
  }

  /** Forwards again, first what was held back. */
  void resume() {
    stall(false, false);
  }

  private void stall(boolean requests, boolean answers) {
    lock.lock();
    try {
      requestsStall = requests;
      answersStall = answers;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Delays each piece of data in each direction. */
  void delay(long millis) {
    delayMillis = millis;
  }

  /** Resets all connections. New ones are accepted. */
  void cut() {
    for (Socket socket : sockets) {
      reset(socket);
    }
  }

  private void reset(Socket socket) {
    sockets.remove(socket);
    try {
      socket.setSoLinger(true, 0); // Closes with a reset.
      socket.close();
    } catch (IOException closed) {
      // It has ended before.
    }
  }

  private void accept() {
    while (true) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Socket server = new Socket();
        sockets.add(server);
        server.connect(new InetSocketAddress(listener.getInetAddress(), serverPort), 1_000);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        pump(client, server, true);
        pump(server, client, false);
      } catch (IOException failure) {
        if (listener.isClosed()) {
          return;
        }
        cut(); // The server is away: so is each connection to it.
      }
    }
  }

  private void pump(Socket from, Socket to, boolean requests) {
    Thread.ofVirtual()
        .start(
            () -> {
              try (InputStream input = from.getInputStream();
                  OutputStream output = to.getOutputStream()) {
                byte[] chunk = new byte[CHUNK_BYTES];
                for (int length = input.read(chunk); length >= 0; length = input.read(chunk)) {
                  TimeUnit.MILLISECONDS.sleep(delayMillis);
                  awaitFlow(requests);
                  output.write(chunk, 0, length);
                }
              } catch (IOException | InterruptedException cut) {
                reset(from);
                reset(to);
              } finally {
                sockets.remove(from);
              }
            });
  }

  private void awaitFlow(boolean requests) throws InterruptedException {
    lock.lock();
    try {
      while (requests ? requestsStall : answersStall) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    resume();
    cut();
  }
}
