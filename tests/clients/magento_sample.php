<?php
// Debian: php-oauth, the PECL extension of Magento's published samples. Adds an image and lists
// what the product has, with the samples' only header, `Content-Type: application/json`.
[, $base, $consumerKey, $consumerSecret, $token, $tokenSecret, $picture] = $argv;

$client = new OAuth($consumerKey, $consumerSecret, OAUTH_SIG_METHOD_HMACSHA1, OAUTH_AUTH_TYPE_AUTHORIZATION);
$client->setToken($token, $tokenSecret);
$url = "$base/api/rest/products/263/images";
$headers = ["Content-Type" => "application/json"];

$body = json_encode(["file_mime_type" => "image/png", "file_content" => $picture, "file_name" => "lamp"]);
$client->fetch($url, $body, OAUTH_HTTP_METHOD_POST, $headers);
$added = $client->getLastResponseInfo()["http_code"];

$client->fetch($url, [], OAUTH_HTTP_METHOD_GET, $headers);
$listed = json_decode($client->getLastResponse(), true);

echo json_encode(["added" => $added, "listed" => count($listed)]);
