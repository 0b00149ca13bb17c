/** The script that people install in ServiceNow; docs/how-to/connect-servicenow.md shows the same. */
export const businessRule = `// A business rule of ServiceNow (after, update): tells Belay, signed, that a record changed. ES5, as ServiceNow runs it.
(function executeRule(current) {
  var secret = gs.getProperty('belay.push.secret');
  var body = JSON.stringify({
    table: current.getTableName(),
    sys_id: current.getUniqueValue(),
    sys_mod_count: String(current.getValue('sys_mod_count')),
  });
  var time = String(Math.floor(new GlideDateTime().getNumericValue() / 1000));
  var mac = new CertificateEncryption().generateMac(gs.base64Encode(secret), 'HmacSHA256', time + '.' + body);
  var request = new sn_ws.RESTMessageV2();
  request.setEndpoint(gs.getProperty('belay.url') + '/channels/servicenow/events');
  request.setHttpMethod('post');
  request.setRequestHeader('Content-Type', 'application/json');
  request.setRequestHeader('X-Belay-Signature', 't=' + time + ',v1=' + mac);
  request.setRequestBody(body);
  request.executeAsync();
})(current);
`;
