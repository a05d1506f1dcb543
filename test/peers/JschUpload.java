// Uploads one file with JSch: host port user password|- keyfile|- knownHosts local remote

import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.Session;

public class JschUpload {
  public static void main(String[] args) throws Exception {
    JSch jsch = new JSch();
    jsch.setKnownHosts(args[5]);
    if (!args[4].equals("-")) jsch.addIdentity(args[4]);
    Session session = jsch.getSession(args[2], args[0], Integer.parseInt(args[1]));
    if (!args[3].equals("-")) session.setPassword(args[3]);
    session.setConfig("PreferredAuthentications", args[4].equals("-") ? "password" : "publickey");
    session.connect(20000);
    ChannelSftp sftp = (ChannelSftp) session.openChannel("sftp");
    sftp.connect(20000);
    sftp.put(args[6], args[7], ChannelSftp.OVERWRITE);
    sftp.disconnect();
    session.disconnect();
  }
}
