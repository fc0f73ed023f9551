package io.tourbillon.coroutine.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/** Addresses of sockets, and exceptions that name them. */
final class Addresses {
  private Addresses() {}

  /**
   * Returns the family of an address; null for that of the JDK's default, which is the Internet.
   */
  static @Nullable ProtocolFamily familyOf(SocketAddress address) {
    return isUnix(address) ? StandardProtocolFamily.UNIX : null;
  }

  static boolean isUnix(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress;
  }

  /**
   * Refuses a Unix domain socket.
   *
   * @param argument is named in the exception
   * @throws IllegalArgumentException if the address is none of the Internet
   */
  static void requireInternet(SocketAddress address, String argument) {
    if (!(address instanceof InetSocketAddress)) {
      throw new IllegalArgumentException(argument + " must be an Internet address: " + address);
    }
  }

  /** Returns the text of an address, for logs. That of a client's Unix domain socket is empty. */
  static String text(@Nullable SocketAddress address) {
    String text = String.valueOf(address);
    return text.isEmpty() ? "unnamed" : text;
  }

  /**
   * Returns the exception for a failure to connect: a {@link ConnectException} also if there is no
   * file for a Unix domain socket, since then there is no server.
   */
  static IOException notConnected(IOException failure, SocketAddress remote) {
    String what = "cannot connect to " + remote;
    if (remote instanceof UnixDomainSocketAddress unix && Files.notExists(unix.getPath())) {
      ConnectException noServer = new ConnectException(what + ": " + failure.getMessage());
      noServer.initCause(failure);
      return noServer;
    }
    return named(failure, what);
  }

  /**
   * Refuses an address without an IP address.
   *
   * @throws UnknownHostException if the name of the host was not resolved
   */
  static void requireResolved(SocketAddress address) throws UnknownHostException {
    if (address instanceof InetSocketAddress internet && internet.isUnresolved()) {
      throw new UnknownHostException("the host must be resolved: " + internet.getHostString());
    }
  }

  /** Returns an exception that names what was tried, of the same kind if that is a usual one. */
  static IOException named(IOException failure, String what) {
    String message = what + ": " + failure.getMessage();
    IOException named =
        switch (failure) {
          case BindException _ -> new BindException(message);
          case ConnectException _ -> new ConnectException(message);
          case NoRouteToHostException _ -> new NoRouteToHostException(message);
          default -> new IOException(message);
        };
    named.initCause(failure);
    return named;
  }
}
